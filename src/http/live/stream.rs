//! Live editing for networks that block WebSockets: server-sent events down, POST up (WHATWG HTML,
//! section 9.2), with the frames, guarantees and refusals of the WebSocket.
//!
//! The first event, `line`, carries a secret that names the connection. The same person posts
//! frames to it, in order, each prefixed with its length (lib0 varUint). Frames from the room are
//! unnamed events in base64; `ping` asks for a POST, which may be empty; `end` gives the reason for
//! closing, as a close frame does.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Extension;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::sse::Event;
use axum::response::{IntoResponse, Response, Sse};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures_util::stream;
use serde_json::json;
use tokio::sync::{Mutex as AsyncMutex, mpsc};
use tokio::time::timeout;

use lectern_base::PersonId;
use lectern_identity::Caller;
use lectern_live::{Close, Inbound, Outbound, Outgoing};

use crate::body::TextBody;
use crate::error::{HttpError, Reply};
use crate::extract::{SignedIn, State, caller_of};
use crate::live::socket::{Params, SEND_PATIENCE, admit};

/// Events buffered here; the rest waits in the room's bounded queue.
const AHEAD: usize = 1;
/// Asks proxies not to buffer events (nginx).
const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");

/// The open lines.
#[derive(Default)]
pub struct Lines(Mutex<HashMap<String, Arc<Line>>>);

/// The way into the room for what is posted to the line.
struct Line {
    person: PersonId,
    /// `None` once something was refused; later posts are not accepted.
    inbound: AsyncMutex<Option<Inbound>>,
}

/// Keeps a line open while its events are sent.
struct Listed {
    lines: Arc<Lines>,
    name: String,
}

impl Lines {
    fn add(self: &Arc<Self>, inbound: Inbound) -> Listed {
        let name = hex::encode(rand::random::<[u8; 16]>());
        let line = Line {
            person: inbound.person(),
            inbound: AsyncMutex::new(Some(inbound)),
        };
        self.lock().insert(name.clone(), Arc::new(line));
        let lines = self.clone();
        Listed { lines, name }
    }

    fn find(&self, name: &str, person: PersonId) -> Option<Arc<Line>> {
        let lines = self.lock();
        let line = lines.get(name).filter(|line| line.person == person);
        line.cloned()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Line>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.lines.lock().remove(&self.name);
    }
}

/// `GET /collab/{article_id}/events`: frames from the room.
pub async fn events(
    app: State,
    Extension(lines): Extension<Arc<Lines>>,
    Path(article): Path<String>,
    Query(params): Query<Params>,
    headers: HeaderMap,
) -> Response {
    let caller = caller_of(&headers, &app).await;
    let caller = caller.filter(Caller::is_ready);
    let (sender, receiver) = mpsc::channel(AHEAD);
    match admit(&app, caller, &article, &params).await {
        Ok(connection) => {
            let (inbound, outbound) = connection.split();
            let signed_out = inbound.signed_out();
            let listed = lines.add(inbound);
            tokio::spawn(carry_out(outbound, sender, listed, signed_out));
        }
        Err(close) => drop(sender.try_send(end(&close))),
    }
    let events = stream::unfold(receiver, |mut receiver| async {
        let event: Event = receiver.recv().await?;
        Some((Ok::<_, Infallible>(event), receiver))
    });
    let headers = [
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store, no-transform"),
        ),
        (UNBUFFERED, HeaderValue::from_static("no")),
    ];
    (headers, Sse::new(events)).into_response()
}

/// Sends events until either side ends, then closes the line and leaves the room.
async fn carry_out(
    mut outbound: Outbound,
    events: mpsc::Sender<Event>,
    listed: Listed,
    signed_out: impl Future<Output = ()>,
) {
    tokio::pin!(signed_out);
    let mut next = Event::default().event("line").data(&listed.name);
    loop {
        if !matches!(timeout(SEND_PATIENCE, events.send(next)).await, Ok(Ok(()))) {
            return;
        }
        let outgoing = tokio::select! {
            biased;
            () = &mut signed_out => Some(Outgoing::Close(Close::signed_out())),
            outgoing = outbound.next() => outgoing,
            () = events.closed() => return,
        };
        next = match outgoing {
            Some(Outgoing::Frame(frame)) => Event::default().data(BASE64_STANDARD.encode(frame)),
            Some(Outgoing::Ping) => Event::default().event("ping").data("?"),
            Some(Outgoing::Close(close)) => {
                // The client must not learn of the end while the line still takes frames.
                drop(listed);
                let _ = timeout(SEND_PATIENCE, events.send(end(&close))).await;
                return;
            }
            None => return,
        };
    }
}

fn end(close: &Close) -> Event {
    let told = json!({ "code": close.code, "reason": close.reason });
    Event::default().event("end").data(told.to_string())
}

/// `POST /collab/{article_id}/events/{line}`: frames for the room.
///
/// A frame that the room refuses ends the line; the reply says why, too.
pub async fn post(
    Extension(lines): Extension<Arc<Lines>>,
    Path((_, line)): Path<(String, String)>,
    SignedIn(caller): SignedIn,
    body: TextBody,
) -> Reply<StatusCode> {
    let gone = || HttpError::not_found("connection");
    let line = lines.find(&line, caller.person().id).ok_or_else(gone)?;
    let mut way = line.inbound.lock().await;
    let inbound = way.as_mut().ok_or_else(gone)?;
    let Err(close) = inbound.receive_all(&body.bytes).await else {
        return Ok(StatusCode::NO_CONTENT);
    };
    let reason = close.reason.clone();
    inbound.close(close);
    *way = None;
    Err(HttpError::new(StatusCode::UNPROCESSABLE_ENTITY, reason))
}
