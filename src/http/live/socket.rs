//! Live editing over a WebSocket: moves frames between a browser and a room.
//!
//! The upgrade is accepted even if access is denied: a script cannot read a refused upgrade, but it
//! can read the code and reason of a close frame.

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

use lectern_access::live_rights;
use lectern_app::App;
use lectern_base::{ArticleId, ErrorKind, PersonId};
use lectern_document::SCHEMA_VERSION;
use lectern_identity::Caller;
use lectern_live::{Close, Connection, Inbound, LiveError, Outbound, Outgoing, Participant};

use crate::extract::caller_of;

/// The read buffer of a socket, in bytes. tungstenite zeroes it at every read; its default of
/// 128 KiB took more than half of the time of a busy server.
const READ_BUFFER: usize = 1024;
/// Frames up to this many times the limit are read, so that their sender learns the reason.
pub(super) const READ_AHEAD: usize = 4;
/// The most bytes sent together, unless one frame is larger.
const BURST: usize = 64 << 10;
/// How long a send may take.
pub(super) const SEND_PATIENCE: Duration = Duration::from_secs(30);
/// How long the client may take to answer a close frame.
const CLOSE_PATIENCE: Duration = Duration::from_secs(5);
/// The longest reason of a close frame, in bytes (RFC 6455, section 5.5).
const REASON_LIMIT: usize = 123;

/// The query of the socket's address.
#[derive(Debug, Default, Deserialize)]
pub struct Params {
    /// A short-lived ticket instead of a cookie or token.
    ticket: Option<String>,
    /// The version of the document schema that the page knows; by default the current one.
    pub(super) schema: Option<u32>,
    /// The person whom the page was opened for. If somebody else has signed in since, what the page
    /// still holds is not taken under their name.
    pub(super) person: Option<PersonId>,
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
    let caller = caller.filter(Caller::is_ready);
    upgrade.on_upgrade(move |socket| async move {
        let admitted = admit(&app, caller, &article, &params).await;
        // Spawned, so that the large future of the admission is freed.
        match admitted {
            Ok(connection) => drop(tokio::spawn(pump(socket, connection))),
            Err(close) => drop(tokio::spawn(turn_away(socket, close))),
        }
    })
}

async fn by_ticket(app: &App, ticket: &str, article: &str) -> Option<Caller> {
    let (caller, meant) = app.identity.redeem_ticket(ticket).await?;
    (article.parse() == Ok(meant)).then_some(caller)
}

/// Admits the caller to the room of an article.
///
/// A hidden article gives the same error as a missing one.
pub(super) async fn admit(
    app: &App,
    caller: Option<Caller>,
    article: &str,
    params: &Params,
) -> Result<Connection, Close> {
    let admitted = way_in(app, caller, article, params).await;
    if admitted.is_err() {
        metrics::counter!("lectern_live_refused_total", "reason" => "turned_away").increment(1);
    }
    admitted
}

async fn way_in(
    app: &App,
    caller: Option<Caller>,
    article: &str,
    params: &Params,
) -> Result<Connection, Close> {
    let caller = caller.ok_or_else(Close::not_signed_in)?;
    if params.person.is_some_and(|person| person != caller.id()) {
        return Err(Close::other_person());
    }
    let article: ArticleId = article.parse().map_err(|_| Close::unknown_article())?;
    let opened = app.access.open_article(&caller, article).await;
    let place = match opened {
        Ok(opened) => opened.place,
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Err(Close::unknown_article()),
        Err(_) => return Err(LiveError::Unavailable.close()),
    };
    let denied = |denied| Close::forbidden(format!("You cannot write here: {denied}."));
    caller.editor(&place).map_err(denied)?;
    caller.writes().map_err(denied)?;
    let lease = app.identity.lease(&caller).await;
    let lease = lease.ok_or_else(Close::signed_out)?;
    let person = caller.person();
    let rights = live_rights(&caller, &place);
    let participant = Participant {
        person: person.id,
        name: person.name.clone(),
        color: person.color().to_owned(),
        rights,
        outdated: params.schema.is_some_and(|schema| schema != SCHEMA_VERSION),
        lease,
    };
    let joined = app.rooms.join(article, participant).await;
    let connection = joined.map_err(|why| why.close())?;
    // Rights revoked while the room opened did not reach this connection.
    match app.identity.rights_now(person.id, &place).await {
        Some(now) if live_rights(&now, &place) == rights => Ok(connection),
        Some(_) => Err(Close::forbidden("Your rights have changed just now.")),
        None => Err(Close::not_signed_in()),
    }
}

type Sink = SplitSink<WebSocket, Message>;
type Stream = SplitStream<WebSocket>;

/// Moves frames both ways until either side ends.
///
/// Each direction is a task, since one task would poll both whenever either wakes.
async fn pump(socket: WebSocket, connection: Connection) {
    let (sink, mut stream) = socket.split();
    let (mut inbound, outbound) = connection.split();
    let mut writing = tokio::spawn(carry_out(sink, outbound));
    let ended = tokio::select! {
        ended = carry_in(&mut stream, &mut inbound) => ended,
        _ = &mut writing => Ended::Told,
    };
    if let Ended::Wrong(close) = &ended {
        inbound.close(close.clone());
    }
    drop(inbound);
    match ended {
        Ended::Gone => writing.abort(),
        Ended::Left => {
            writing.abort();
            await_answer(&mut stream).await;
        }
        Ended::Told => await_answer(&mut stream).await,
        Ended::Wrong(_) => {
            if timeout(CLOSE_PATIENCE, &mut writing).await.is_err() {
                writing.abort();
            }
            await_answer(&mut stream).await;
        }
    }
}

/// How a connection ended.
enum Ended {
    /// The connection broke.
    Gone,
    /// The client closed; reading on answers it.
    Left,
    /// The client was sent a close frame.
    Told,
    /// The client broke the protocol; a close frame is due.
    Wrong(Close),
}

async fn carry_in(stream: &mut Stream, inbound: &mut Inbound) -> Ended {
    let signed_out = inbound.signed_out();
    tokio::pin!(signed_out);
    loop {
        let next = tokio::select! {
            biased;
            () = &mut signed_out => return Ended::Wrong(inbound.sign_out()),
            next = stream.next() => next,
        };
        let taken = match next {
            Some(Ok(Message::Binary(frame))) => inbound.receive(frame).await,
            Some(Ok(Message::Text(_))) => Err(inbound.reject_text()),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {
                inbound.record_pong();
                Ok(())
            }
            Some(Err(cause)) if is_too_long(&cause) => Err(inbound.reject_oversized()),
            Some(Ok(Message::Close(_))) => return Ended::Left,
            Some(Err(_)) | None => return Ended::Gone,
        };
        if let Err(close) = taken {
            return Ended::Wrong(close);
        }
    }
}

/// tungstenite distinguishes an oversized message from a broken connection by its text only.
fn is_too_long(cause: &axum::Error) -> bool {
    cause.to_string().contains("too long")
}

/// Sends until the connection ends; waiting frames are sent together.
async fn carry_out(mut sink: Sink, mut outbound: Outbound) {
    while let Some(next) = outbound.next().await {
        let sent = timeout(SEND_PATIENCE, send_all(&mut sink, next, &mut outbound)).await;
        if !matches!(sent, Ok(Some(()))) {
            return;
        }
    }
}

async fn send_all(sink: &mut Sink, first: Outgoing, outbound: &mut Outbound) -> Option<()> {
    let (mut next, mut bytes) = (Some(first), 0);
    while let Some(outgoing) = next {
        let message = match outgoing {
            Outgoing::Frame(frame) => {
                bytes += frame.len();
                Message::Binary(frame)
            }
            Outgoing::Ping => Message::Ping(Bytes::new()),
            Outgoing::Close(close) => farewell(&close),
        };
        sink.feed(message).await.ok()?;
        next = if bytes < BURST {
            outbound.ready()
        } else {
            None
        };
    }
    sink.flush().await.ok()
}

/// Closes a connection that is not admitted, with the reason.
async fn turn_away(socket: WebSocket, close: Close) {
    let (mut sink, mut stream) = socket.split();
    if sink.send(farewell(&close)).await.is_ok() {
        await_answer(&mut stream).await;
    }
}

/// Waits for the client's close frame (RFC 6455, section 7.1.1).
async fn await_answer(stream: &mut Stream) {
    let answered = async { while let Some(Ok(_)) = stream.next().await {} };
    let _ = timeout(CLOSE_PATIENCE, answered).await;
}

fn farewell(close: &Close) -> Message {
    Message::Close(Some(CloseFrame {
        code: close.code,
        reason: fitting(&close.reason).into(),
    }))
}

fn fitting(reason: &str) -> &str {
    &reason[..reason.floor_char_boundary(REASON_LIMIT)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_reason_is_cut_between_characters() {
        assert_eq!(fitting("short"), "short");
        let long = "ü".repeat(100);
        assert_eq!(fitting(&long), "ü".repeat(61));
    }
}
