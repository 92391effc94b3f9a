//! A real WebSocket to the server.

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::peer::{Received, Wire};

/// The code for an end without a close frame (RFC 6455, section 7.1.5).
pub const CUT_OFF: u16 = 1006;

/// An open WebSocket.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Socket {
    /// Connects to an address with headers.
    pub async fn connect(
        address: &str,
        headers: &[(&'static str, String)],
    ) -> Result<Self, Box<Error>> {
        let mut request = address.into_client_request().map_err(Box::new)?;
        for (name, value) in headers {
            let value = HeaderValue::from_str(value).expect("a header's value");
            request.headers_mut().insert(*name, value);
        }
        let (stream, _) = connect_async(request).await.map_err(Box::new)?;
        Ok(Self { stream })
    }

    /// Sends a text frame.
    pub async fn send_text(&mut self, text: &str) {
        let _ = self.stream.send(Message::text(text)).await;
    }
}

impl Wire for Socket {
    async fn send(&mut self, frame: Bytes) {
        let _ = self.stream.send(Message::Binary(frame)).await;
    }

    async fn next(&mut self) -> Received {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Binary(frame))) => return Received::Frame(frame),
                Some(Ok(Message::Close(Some(close)))) => {
                    return Received::Closed(close.code.into(), close.reason.to_string());
                }
                Some(Ok(Message::Close(None)) | Err(_)) | None => {
                    return Received::Closed(CUT_OFF, String::new());
                }
                Some(Ok(_)) => {}
            }
        }
    }
}
