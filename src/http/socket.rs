//! Live editing over a WebSocket: pumps frames between a browser and a room, and nothing else.
//!
//! Whoever may not come in is let in far enough to be told why: a browser shows a page nothing of
//! a refused upgrade, but does show it the code and reason of a close frame.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use tokio::time::timeout;

use super::extract::caller_of;
use crate::app::App;
use crate::article::SCHEMA_VERSION;
use crate::base::ArticleId;
use crate::identity::{Caller, Denied};
use crate::live::{Close, Connection, Inlet, LiveError, Outgoing, Outlet, Participant};

/// The WebSocket library fills its buffer with zeros at every read; its own 128 KiB cost more
/// than half of the time of a busy server.
const READ_BUFFER: usize = 4096;
/// Frames a little too large are still read, so that their sender can be told so.
const READ_AHEAD: usize = 4;
/// A frame that does not leave within this time is sent to nobody.
const SEND_PATIENCE: Duration = Duration::from_secs(30);
/// How long the client may take to answer a close frame.
const CLOSE_PATIENCE: Duration = Duration::from_secs(5);
/// What a close frame can carry (RFC 6455, section 5.5), in bytes.
const REASON_LIMIT: usize = 123;

/// What may follow the address of the socket.
#[derive(Debug, Default, Deserialize)]
pub struct Params {
    /// A short-lived ticket instead of a cookie or token.
    ticket: Option<String>,
    /// The version of the document schema that the page knows; the present one if left out.
    schema: Option<u32>,
}

/// `GET /collab/{article_id}`: the live draft, for any y-websocket client.
pub async fn collab(
    upgrade: WebSocketUpgrade,
    State(app): State<Arc<App>>,
    Path(article): Path<String>,
    Query(params): Query<Params>,
    headers: HeaderMap,
) -> Response {
    let limit = app.rooms.settings().frame_limit;
    let upgrade = upgrade
        .read_buffer_size(READ_BUFFER)
        .max_message_size(limit * READ_AHEAD)
        .max_frame_size(limit * READ_AHEAD);
    let caller = match &params.ticket {
        Some(ticket) => by_ticket(&app, ticket, &article).await,
        None => caller_of(&headers, &app).await,
    };
    upgrade.on_upgrade(move |socket| async move {
        let (sink, stream) = socket.split();
        match admit(&app, caller, &article, params.schema).await {
            Ok(connection) => pump(sink, stream, connection).await,
            Err(close) => bid_farewell(sink, stream, close).await,
        }
    })
}

async fn by_ticket(app: &App, ticket: &str, article: &str) -> Option<Caller> {
    let (caller, meant) = app.identity.redeem_ticket(ticket).await?;
    (article.parse() == Ok(meant)).then_some(caller)
}

/// Lets somebody into the room of an article, or says why not.
///
/// An article in a module that the caller may not know of is as unknown as one that is not there.
async fn admit(
    app: &App,
    caller: Option<Caller>,
    article: &str,
    schema: Option<u32>,
) -> Result<Connection, Close> {
    let caller = caller.ok_or_else(Close::not_signed_in)?;
    let article: ArticleId = article.parse().map_err(|_| Close::unknown_article())?;
    let unavailable = |_| LiveError::Unavailable.close();
    let found = app
        .articles
        .get(article)
        .await
        .map_err(|_| LiveError::Unavailable.close())?;
    let found = found.ok_or_else(Close::unknown_article)?;
    let module = app.modules.get(found.module).await.map_err(unavailable)?;
    let place = module.ok_or_else(Close::unknown_article)?.place();
    if let Err(denied) = caller.editor(&place) {
        return Err(match denied {
            Denied::Hidden => Close::unknown_article(),
            Denied::Missing { .. } => Close::forbidden(format!("You cannot write here: {denied}.")),
        });
    }
    let person = caller.person();
    let participant = Participant {
        person: person.id,
        name: person.name.clone(),
        color: person.color().to_owned(),
        may_write: true,
        outdated: schema.is_some_and(|schema| schema != SCHEMA_VERSION),
    };
    app.rooms
        .join(article, participant)
        .await
        .map_err(|why| why.close())
}

type Sink = SplitSink<WebSocket, Message>;
type Stream = SplitStream<WebSocket>;

/// Carries frames both ways until either side ends.
async fn pump(mut sink: Sink, mut stream: Stream, connection: Connection) {
    let (mut inlet, mut outlet) = connection.split();
    let close = tokio::select! {
        close = carry_in(&mut stream, &mut inlet) => close,
        close = carry_out(&mut sink, &mut outlet) => close,
    };
    drop(inlet);
    if let Some(close) = close {
        bid_farewell(sink, stream, close).await;
    }
}

async fn carry_in(stream: &mut Stream, inlet: &mut Inlet) -> Option<Close> {
    loop {
        let taken = match stream.next().await? {
            Ok(Message::Binary(frame)) => inlet.receive(frame).await,
            Ok(Message::Text(_)) => Err(Close::not_binary()),
            Ok(Message::Ping(_) | Message::Pong(_)) => Ok(()),
            Ok(Message::Close(_)) => return None,
            Err(cause) if is_too_long(&cause) => Err(inlet.too_large()),
            Err(_) => return None,
        };
        if let Err(close) = taken {
            return Some(close);
        }
    }
}

/// The library tells a message over its limit from a broken line by its words only.
fn is_too_long(cause: &axum::Error) -> bool {
    cause.to_string().contains("too long")
}

async fn carry_out(sink: &mut Sink, outlet: &mut Outlet) -> Option<Close> {
    loop {
        let mut next = Some(outlet.next().await?);
        while let Some(outgoing) = next {
            match outgoing {
                Outgoing::Frame(frame) => send(sink, frame).await?,
                Outgoing::Close(close) => return Some(close),
            }
            next = outlet.ready();
        }
        timeout(SEND_PATIENCE, sink.flush()).await.ok()?.ok()?;
    }
}

/// Puts a frame on its way; frames that wait together leave together.
async fn send(sink: &mut Sink, frame: Bytes) -> Option<()> {
    timeout(SEND_PATIENCE, sink.feed(Message::Binary(frame)))
        .await
        .ok()?
        .ok()
}

/// Says why the connection ends, and waits until the client has heard it.
async fn bid_farewell(mut sink: Sink, mut stream: Stream, close: Close) {
    let frame = CloseFrame {
        code: close.code,
        reason: fitting(&close.reason).into(),
    };
    let farewell = async {
        if sink.send(Message::Close(Some(frame))).await.is_ok() {
            while let Some(Ok(_)) = stream.next().await {}
        }
    };
    let _ = timeout(CLOSE_PATIENCE, farewell).await;
}

fn fitting(reason: &str) -> &str {
    &reason[..reason.floor_char_boundary(REASON_LIMIT)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_reason_is_cut_between_letters() {
        assert_eq!(fitting("short"), "short");
        let long = "ü".repeat(100);
        assert_eq!(fitting(&long), "ü".repeat(61));
    }
}
