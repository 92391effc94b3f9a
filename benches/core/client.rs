//! A Yjs client that costs almost nothing: frames are encoded by hand and never decoded.
//!
//! The load shares two cores with the server it measures, so it must not do the work of a document.
//! Each stroke it types carries a mark, `~wwwsssss` for stroke `sssss` of writer `www`, which can
//! be counted in any frame of any server, merged or not. Sources: RFC 6455; y-protocols, `sync.md`.

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::timeout;

use super::lib0::put_var_uint;
use super::measure::PATIENCE;
use super::server::{Room, Server};

/// The receiving half of a connection.
pub struct FrameReader {
    stream: OwnedReadHalf,
    buffer: BytesMut,
}

/// The sending half of a connection.
pub struct FrameWriter {
    stream: OwnedWriteHalf,
    prefix: Vec<u8>,
    out: Vec<u8>,
}

/// Opens a room. Returns once the server has sent the whole document, with its size.
pub async fn open(server: &Server, room: &Room) -> (FrameReader, FrameWriter, usize) {
    let (mut reader, mut writer) = connect(server, room).await;
    if !server.is_relay() {
        writer.say(&[0, 0, 1, 0]).await;
    }
    let size = reader.opened(room, server.is_relay()).await;
    (reader, writer, size)
}

/// Performs the handshake and sends the greeting.
pub async fn connect(server: &Server, room: &Room) -> (FrameReader, FrameWriter) {
    try_connect(server, room).await.expect("a connection")
}

/// Performs the handshake if a server is listening.
pub async fn try_connect(server: &Server, room: &Room) -> Option<(FrameReader, FrameWriter)> {
    let stream = TcpStream::connect(&server.address).await.ok()?;
    stream.set_nodelay(true).ok()?;
    let (read, mut write) = stream.into_split();
    let hello = format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Authorization: Bearer {}\r\n\r\n",
        room.path, server.address, server.token
    );
    write.write_all(hello.as_bytes()).await.ok()?;
    let mut reader = FrameReader {
        stream: read,
        buffer: BytesMut::with_capacity(8192),
    };
    loop {
        let end = reader
            .buffer
            .windows(4)
            .position(|four| four == b"\r\n\r\n");
        if let Some(end) = end {
            assert!(
                reader.buffer.starts_with(b"HTTP/1.1 101"),
                "{:?}",
                reader.buffer
            );
            reader.buffer.advance(end + 4);
            break;
        }
        if reader.stream.read_buf(&mut reader.buffer).await.ok()? == 0 {
            return None;
        }
    }
    let mut writer = FrameWriter {
        stream: write,
        prefix: room.prefix.clone(),
        out: Vec::new(),
    };
    if let Some(greeting) = &room.greeting {
        writer.say(greeting).await;
    }
    Some((reader, writer))
}

impl FrameReader {
    /// Waits for bytes and passes on every complete frame. Returns false once the server is gone.
    pub async fn hear(&mut self, mut each: impl FnMut(&[u8])) -> bool {
        loop {
            let mut heard = false;
            while let Some((start, end, binary)) = frame(&self.buffer) {
                if binary {
                    each(&self.buffer[start..end]);
                }
                self.buffer.advance(end);
                heard = true;
            }
            if heard {
                return true;
            }
            self.buffer.reserve(8192);
            match self.stream.read_buf(&mut self.buffer).await {
                Ok(0) | Err(_) => return false,
                Ok(_) => {}
            }
        }
    }

    /// Waits for the whole document and returns its size.
    async fn opened(&mut self, room: &Room, any: bool) -> usize {
        let mut size = None;
        while size.is_none() {
            let more = self.hear(|frame| {
                let body = frame.strip_prefix(&room.prefix[..]).unwrap_or(frame);
                if any || body.starts_with(&[0, 1]) || body.starts_with(&[4, 1]) {
                    size = Some(frame.len());
                }
            });
            let more = timeout(PATIENCE, more).await;
            assert!(more.is_ok_and(|more| more), "the document comes");
        }
        size.unwrap_or(0)
    }

    /// Requests the whole document and returns it. The server has then handled everything sent
    /// before.
    pub async fn whole(&mut self, writer: &mut FrameWriter) -> Vec<u8> {
        writer.say(&[0, 0, 1, 0]).await;
        let prefix = writer.prefix.clone();
        let mut whole = None;
        while whole.is_none() {
            let more = self.hear(|frame| {
                let body = frame.strip_prefix(&prefix[..]).unwrap_or(frame);
                if body.starts_with(&[0, 1]) || body.starts_with(&[4, 1]) {
                    whole = Some(body.to_vec());
                }
            });
            let more = timeout(PATIENCE * 10, more).await;
            assert!(more.is_ok_and(|more| more), "the document comes");
        }
        whole.unwrap_or_default()
    }
}

impl FrameWriter {
    /// Sends one message. Returns false once the server is gone.
    pub async fn say(&mut self, message: &[u8]) -> bool {
        self.add(message);
        self.send().await
    }

    /// Sends one update. Returns false once the server is gone.
    pub async fn update(&mut self, update: &[u8]) -> bool {
        self.add_update(update);
        self.send().await
    }

    /// Appends an update to the unsent bytes.
    pub fn add_update(&mut self, update: &[u8]) {
        let mut message = vec![0, 2];
        put_var_uint(&mut message, update.len() as u64);
        message.extend(update);
        self.add(&message);
    }

    /// Returns the number of unsent bytes.
    pub fn waiting(&self) -> usize {
        self.out.len()
    }

    /// Sends the unsent bytes. Returns false once the server is gone.
    pub async fn send(&mut self) -> bool {
        let sent = self.stream.write_all(&self.out).await.is_ok();
        self.out.clear();
        sent
    }

    /// A mask of zeros leaves the bytes unchanged and is as good as any to a server.
    fn add(&mut self, message: &[u8]) {
        let length = self.prefix.len() + message.len();
        self.out.push(0x82);
        match length {
            0..126 => self.out.push(0x80 | length as u8),
            126..65_536 => {
                self.out.push(0x80 | 126);
                self.out.extend((length as u16).to_be_bytes());
            }
            _ => {
                self.out.push(0x80 | 127);
                self.out.extend((length as u64).to_be_bytes());
            }
        }
        self.out.extend([0; 4]);
        self.out.extend(&self.prefix);
        self.out.extend(message);
    }
}

/// Returns where the content of the first frame begins and ends, if it is complete, and whether it
/// is binary.
fn frame(buffer: &[u8]) -> Option<(usize, usize, bool)> {
    let (first, second) = (*buffer.first()?, *buffer.get(1)?);
    let (start, length) = match second & 0x7f {
        126 => (
            4,
            u16::from_be_bytes(buffer.get(2..4)?.try_into().ok()?).into(),
        ),
        127 => (
            10,
            u64::from_be_bytes(buffer.get(2..10)?.try_into().ok()?) as usize,
        ),
        length => (2, usize::from(length)),
    };
    let end = start + length;
    (buffer.len() >= end).then_some((start, end, first & 0x0f == 2))
}

/// Types at the end of its own text, in updates of format 1.
pub struct Typist {
    client: u64,
    clock: u64,
}

impl Typist {
    pub fn new(client: u64) -> Self {
        Self { client, clock: 0 }
    }

    /// Returns the update for typing this ASCII text into the root text `title`.
    pub fn types(&mut self, text: &str) -> Vec<u8> {
        let mut update = vec![1, 1];
        put_var_uint(&mut update, self.client);
        put_var_uint(&mut update, self.clock);
        if self.clock == 0 {
            update.extend([4, 1, 5]);
            update.extend(b"title");
        } else {
            update.push(0x84);
            put_var_uint(&mut update, self.client);
            put_var_uint(&mut update, self.clock - 1);
        }
        put_var_uint(&mut update, text.len() as u64);
        update.extend(text.as_bytes());
        update.push(0);
        self.clock += text.len() as u64;
        update
    }
}

/// Returns the text of one stroke.
pub fn mark(writer: usize, stroke: u32) -> String {
    format!("~{writer:03}{stroke:05}")
}

/// Returns all strokes in a frame: writer and number.
pub fn marks(frame: &[u8]) -> impl Iterator<Item = (usize, u32)> + '_ {
    let starts = frame.iter().enumerate().filter(|(_, byte)| **byte == b'~');
    starts.filter_map(|(start, _)| {
        let digits = frame.get(start + 1..start + 9)?;
        let all = digits.iter().all(u8::is_ascii_digit);
        let number = digits.iter().fold(0u32, |sum, digit| {
            sum * 10 + u32::from(digit.wrapping_sub(b'0') & 15)
        });
        all.then_some(((number / 100_000) as usize, number % 100_000))
    })
}
