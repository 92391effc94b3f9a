//! Live editing without a WebSocket, for networks that block it: server-sent events one way, POST
//! the other (WHATWG HTML, section 9.2). The same frames, promises and refusals as the socket's.
//!
//! The first event, `line`, carries a secret that names this connection: frames for the room are
//! posted to it by the same person, in order, each with its length before it as a lib0 varUint.
//! Frames from the room are events without a name, in base64; `ping` wants a POST, however empty;
//! `end` says why the connection ends, as a close frame would.

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
use lectern_live::{Close, Inlet, Outgoing, Outlet};

use crate::body::Text;
use crate::error::{HttpError, Reply};
use crate::extract::{SignedIn, State, caller_of};
use crate::live::socket::{Params, SEND_PATIENCE, admit};

/// Events that wait for the network; what else is to be sent waits in the room's queue, which is
/// bounded.
const AHEAD: usize = 1;
/// Proxies are asked not to hold events back until there are many (nginx).
const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");

/// The lines that are open.
#[derive(Default)]
pub struct Lines(Mutex<HashMap<String, Arc<Line>>>);

/// What is posted to a line goes in here.
struct Line {
    person: PersonId,
    /// None once something was refused: what was posted behind it is not taken.
    inlet: AsyncMutex<Option<Inlet>>,
}

/// Keeps a line on the list while its events are sent.
struct Listed {
    lines: Arc<Lines>,
    name: String,
}

impl Lines {
    fn add(self: &Arc<Self>, inlet: Inlet) -> Listed {
        let name = hex::encode(rand::random::<[u8; 16]>());
        let line = Line {
            person: inlet.person(),
            inlet: AsyncMutex::new(Some(inlet)),
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

/// `GET /collab/{article_id}/events`: what the room says.
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
    match admit(&app, caller, &article, params.schema).await {
        Ok(connection) => {
            let (inlet, outlet) = connection.split();
            let listed = lines.add(inlet);
            tokio::spawn(carry_out(outlet, sender, listed));
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

/// Sends events until either side ends; then the line is off the list and the room is left.
async fn carry_out(mut outlet: Outlet, events: mpsc::Sender<Event>, listed: Listed) {
    let mut next = Event::default().event("line").data(&listed.name);
    loop {
        if !matches!(timeout(SEND_PATIENCE, events.send(next)).await, Ok(Ok(()))) {
            return;
        }
        let outgoing = tokio::select! {
            outgoing = outlet.next() => outgoing,
            () = events.closed() => return,
        };
        next = match outgoing {
            Some(Outgoing::Frame(frame)) => Event::default().data(BASE64_STANDARD.encode(frame)),
            Some(Outgoing::Ping) => Event::default().event("ping").data("?"),
            Some(Outgoing::Close(close)) => end(&close),
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
/// What the room refuses ends the line, and the reply says why as well.
pub async fn post(
    Extension(lines): Extension<Arc<Lines>>,
    Path((_, line)): Path<(String, String)>,
    SignedIn(caller): SignedIn,
    body: Text,
) -> Reply<StatusCode> {
    let gone = || HttpError::not_found("connection");
    let line = lines.find(&line, caller.person().id).ok_or_else(gone)?;
    let mut way = line.inlet.lock().await;
    let inlet = way.as_mut().ok_or_else(gone)?;
    let Err(close) = inlet.receive_all(&body.bytes).await else {
        return Ok(StatusCode::NO_CONTENT);
    };
    let reason = close.reason.clone();
    inlet.close(close);
    *way = None;
    Err(HttpError::new(StatusCode::UNPROCESSABLE_ENTITY, reason))
}
