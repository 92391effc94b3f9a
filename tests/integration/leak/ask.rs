//! One request, what came back, and whether it tells too much.

use std::io::{Cursor, Read as _};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use percent_encoding::percent_decode_str;
use reqwest::{Method, Response, StatusCode};
use serde_json::Value;
use tokio::time::timeout;

use super::scene::{Asker, Place};
use crate::support::{Received, Socket, Wire};

/// A stream of events that has said nothing for so long has said what it had to say.
const QUIET: Duration = Duration::from_millis(100);
/// What differs from reply to reply, whatever is asked.
const RESTLESS: [&str; 3] = ["date", "x-request-id", "content-length"];
/// The first message of a stock client: the state vector of an empty document.
const HELLO: &[u8] = &[0, 0, 1, 0];

/// What a request carries.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    None,
    Json(Value),
    Form(String),
    Text(String),
}

/// A request, and the same one for what does not exist.
#[derive(Debug, Clone)]
pub struct Ask {
    pub method: Method,
    pub pattern: String,
    pub path: String,
    pub body: Body,
    pub twin_path: String,
    pub twin_body: Body,
    /// Identifiers and words that the asker put into it, and so learns nothing from.
    pub sent: Vec<String>,
}

impl Ask {
    /// Whether it names something that the asker may not know of.
    pub fn is_hidden(&self) -> bool {
        self.path != self.twin_path || self.body != self.twin_body
    }

    /// Whether two replies tell what exists from what does not.
    ///
    /// A change that succeeds changes the next reply; one that is refused for what its body names must be
    /// refused in the same way.
    pub fn differs(&self, told: &Told, twin: &Told) -> bool {
        let refused = |told: &Told| matches!(told.status.as_u16(), 403 | 404);
        let counts = self.path != self.twin_path || refused(told) || refused(twin);
        counts && told.without(&self.sent) != twin.without(&self.sent)
    }

    /// The same request for what does not exist.
    pub fn twin(&self) -> Self {
        Self {
            path: self.twin_path.clone(),
            body: self.twin_body.clone(),
            ..self.clone()
        }
    }

    /// Sends it.
    pub async fn send(&self, asker: &Asker) -> Told {
        let request = asker.client.request(self.method.clone(), &self.path);
        let request = match &self.body {
            Body::None => request,
            Body::Json(json) => request.json(json),
            Body::Form(form) => request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form.clone()),
            Body::Text(text) => request
                .header("content-type", "text/markdown")
                .body(text.clone()),
        };
        Told::read(request.send().await.unwrap()).await
    }

    /// Opens it as a socket.
    pub async fn open(&self, asker: &Asker, address: &str) -> Told {
        let url = format!("ws://{address}{}", self.path);
        let mut said = Vec::new();
        match Socket::connect(&url, &asker.proof).await {
            Ok(mut socket) => {
                socket.send(Bytes::from_static(HELLO)).await;
                while let Ok(received) = timeout(QUIET, socket.next()).await {
                    match received {
                        Received::Frame(frame) => said.extend_from_slice(&frame),
                        Received::Closed(code, reason) => {
                            said.extend(format!("closed {code} {reason}").bytes());
                            break;
                        }
                    }
                }
            }
            Err(cause) => said.extend(cause.to_string().bytes()),
        }
        Told {
            status: StatusCode::SWITCHING_PROTOCOLS,
            head: String::new(),
            body: String::from_utf8_lossy(&said).into_owned(),
        }
    }
}

/// A reply as one can search it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub status: StatusCode,
    /// The headers, a line each.
    head: String,
    pub body: String,
}

impl Told {
    async fn read(mut response: Response) -> Self {
        let status = response.status();
        let mut head = String::new();
        for (name, value) in response.headers() {
            if !RESTLESS.contains(&name.as_str()) {
                let value = String::from_utf8_lossy(value.as_bytes());
                head += &format!("{name}: {value}\n");
            }
        }
        let is_stream = head.contains("text/event-stream");
        let mut body = Vec::new();
        loop {
            let next = match is_stream {
                true => timeout(QUIET, response.chunk()).await,
                false => Ok(response.chunk().await),
            };
            match next {
                Ok(Ok(Some(chunk))) => body.extend_from_slice(&chunk),
                _ => break,
            }
        }
        let body = match is_stream {
            true => frames_of(&String::from_utf8_lossy(&body)),
            false => readable(&head, &body),
        };
        Self { status, head, body }
    }

    /// Whether the address is a socket's, and wants to be asked as one.
    pub fn wants_a_socket(&self) -> bool {
        self.status == StatusCode::UPGRADE_REQUIRED
            || (self.status == StatusCode::BAD_REQUEST
                && self.body.to_lowercase().contains("upgrade"))
    }

    pub fn is_page(&self) -> bool {
        self.head.contains("text/html")
    }

    /// Everything it says that the asker did not send, in lower case.
    pub fn said(&self, sent: &[String]) -> String {
        let whole = format!("{}{}", self.head, self.body);
        masked(&whole, sent).to_lowercase()
    }

    /// What it says whatever it was asked about.
    pub fn without(&self, sent: &[String]) -> (StatusCode, String, String) {
        (
            self.status,
            masked(&self.head, sent),
            masked(&self.body, sent),
        )
    }
}

/// The administrators' own addresses: they give roles in every module, and whatever was done stands in
/// the audit trail, of which a pack holds a part.
fn is_administrators(pattern: &str) -> bool {
    pattern == "/api/v1/journal" || pattern.starts_with("/admin") || is_pack(pattern)
}

fn is_pack(pattern: &str) -> bool {
    pattern.ends_with("/pack")
}

/// The places that a reply tells of, and that this asker may not see.
pub fn leaked<'p>(asker: &Asker, ask: &Ask, told: &Told, places: &'p [Place]) -> Vec<&'p Place> {
    let audits = asker.audits && is_administrators(&ask.pattern);
    let archives = asker.audits && is_pack(&ask.pattern);
    let told_of = |place: &Place| (audits && place.journalled) || (archives && place.on_record);
    let may_see = |place: &Place| asker.sees(place.circle) || told_of(place);
    let said = told.said(&ask.sent);
    let leaks = |place: &&Place| !may_see(place) && said.contains(&place.word);
    places.iter().filter(leaks).collect()
}

/// A text without what was sent, in whatever way it is written into an address.
fn masked(text: &str, sent: &[String]) -> String {
    let mut longest_first: Vec<&String> = sent.iter().collect();
    longest_first.sort_by_key(|value| std::cmp::Reverse(value.len()));
    let text = percent_decode_str(text).decode_utf8_lossy().into_owned();
    let text = longest_first
        .into_iter()
        .fold(text, |text, value| text.replace(value.as_str(), "…"));
    without_clock(&text)
}

/// The text without times of day down to the second: a page that says when it was made never
/// answers twice alike.
fn without_clock(text: &str) -> String {
    const SHAPE: &[u8] = b"00:00:00";
    let fits = |part: &[u8]| {
        part.iter().zip(SHAPE).all(|(byte, shape)| match shape {
            b'0' => byte.is_ascii_digit(),
            other => byte == other,
        })
    };
    let (mut kept, mut rest) = (String::with_capacity(text.len()), text);
    let mut from = 0;
    // Colons are rare, and found faster than the shape.
    while let Some(colon) = rest[from..].find(':') {
        let at = (from + colon).saturating_sub(2);
        let part = rest.as_bytes().get(at..at + SHAPE.len());
        if from + colon < 2 || !part.is_some_and(fits) {
            from += colon + 1;
            continue;
        }
        kept.push_str(&rest[..at]);
        kept.push('…');
        let behind = |c: char| !c.is_ascii_digit() && c != '.';
        rest = rest[at + SHAPE.len()..].trim_start_matches(|c| !behind(c));
        from = 0;
    }
    kept + rest
}

/// A body as text. What is packed must be unpacked here before it can be searched.
fn readable(head: &str, body: &[u8]) -> String {
    let packed = ["gzip", "tar", "octet-stream", "pdf"];
    let kind = head.lines().find(|line| line.starts_with("content-type:"));
    let kind = kind.unwrap_or_default();
    if kind.ends_with("application/zip") {
        return unzipped(body);
    }
    assert!(
        !packed.iter().any(|word| kind.contains(word)),
        "the leak test cannot look into a reply of {kind}: teach `readable` (ask.rs) to unpack it"
    );
    String::from_utf8_lossy(body).into_owned()
}

/// The names and the text of all files in a ZIP.
fn unzipped(body: &[u8]) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(body)).unwrap();
    let mut text = String::new();
    for number in 0..zip.len() {
        let mut file = zip.by_index(number).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        text += &format!("{}\n", file.name().unwrap());
        text += &String::from_utf8_lossy(&bytes);
    }
    text
}

/// Events with the frames that they carry in base64; the name of a line is new every time.
fn frames_of(events: &str) -> String {
    let mut text = String::new();
    let mut is_line = false;
    for row in events.lines() {
        if let Some(data) = row.strip_prefix("data:") {
            if !is_line {
                text += data;
                if let Ok(frame) = BASE64_STANDARD.decode(data.trim()) {
                    text += &String::from_utf8_lossy(&frame);
                }
            }
        } else {
            is_line = row.trim_end() == "event: line" || row.trim_end() == "event:line";
            text += row;
        }
        text.push('\n');
    }
    text
}
