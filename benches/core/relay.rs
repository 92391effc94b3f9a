//! Relays every message to everyone else in its room. Stores nothing and knows nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::ws::{Message, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::any;
use axum::serve::ListenerExt;
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

type Room = Arc<Mutex<Vec<UnboundedSender<Bytes>>>>;
type Rooms = Arc<Mutex<HashMap<String, Room>>>;

/// Serves forever and prints its address.
pub async fn serve() {
    #[expect(clippy::disallowed_methods, reason = "this is no server of Lectern's")]
    let router = axum::Router::new()
        .route("/{room}", any(join))
        .with_state(Rooms::default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("Relay at http://{}", listener.local_addr().unwrap());
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, router).await.unwrap();
}

async fn join(
    upgrade: WebSocketUpgrade,
    Path(room): Path<String>,
    State(rooms): State<Rooms>,
) -> Response {
    let room = rooms.lock().unwrap().entry(room).or_default().clone();
    upgrade
        .read_buffer_size(4096)
        .on_upgrade(async move |socket| {
            let (me, mut inbox) = unbounded_channel::<Bytes>();
            room.lock().unwrap().push(me.clone());
            // Says that nothing will be missed from here on, as a server's first message does.
            me.send(Bytes::from_static(&[1, 1, 0])).unwrap();
            let (mut sink, mut stream) = socket.split();
            tokio::spawn(async move {
                while let Some(mut next) = inbox.recv().await {
                    loop {
                        if sink.feed(Message::Binary(next)).await.is_err() {
                            return;
                        }
                        let Ok(more) = inbox.try_recv() else { break };
                        next = more;
                    }
                    if sink.flush().await.is_err() {
                        return;
                    }
                }
            });
            while let Some(Ok(Message::Binary(frame))) = stream.next().await {
                for other in room.lock().unwrap().iter() {
                    if !other.same_channel(&me) {
                        let _ = other.send(frame.clone());
                    }
                }
            }
            room.lock()
                .unwrap()
                .retain(|other| !other.same_channel(&me));
        })
}
