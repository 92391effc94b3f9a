//! The protocol: client messages and server messages.
//!
//! It is the y-websocket protocol with two messages of our own, the barrier and news. One frame
//! carries one message; a frame that is too short or too long is malformed.

use bytes::Bytes;

use super::lib0::{Malformed, Reader, VAR_UINT_LIMIT, put_var_buffer, put_var_uint};

const SYNC: u64 = 0;
const AWARENESS: u64 = 1;
const QUERY_AWARENESS: u64 = 3;
const BARRIER: u64 = 102;
const NEWS: u64 = 103;

const STEP_ONE: u64 = 0;
const STEP_TWO: u64 = 1;
const UPDATE: u64 = 2;

/// Returns whether a server frame answers a barrier.
pub fn is_barrier(frame: &[u8]) -> bool {
    frame
        .first()
        .is_some_and(|first| u64::from(*first) == BARRIER)
}

/// The longest barrier label in bytes. Labels are opaque to the server; this is enough for any
/// counter.
const BARRIER_LIMIT: usize = 64;
/// The most awareness entries in one frame. No room that we serve has more.
const ENTRIES_LIMIT: usize = 1024;

/// A message from a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientMessage {
    /// "This is what I have": a state vector.
    StepOne(Vec<u8>),
    /// "This is what you lack": an update in answer to the server's step 1.
    StepTwo(Bytes),
    /// A change.
    Update(Bytes),
    /// The presence of the client's users.
    Awareness(Vec<AwarenessEntry>),
    /// "Who is present?"
    QueryAwareness,
    /// "Echo this once everything I sent is on disk."
    Barrier(Bytes),
    /// "Tell me when something other than the text changes."
    News,
}

/// A message from the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerMessage<'a> {
    /// "This is what I have."
    StepOne(&'a [u8]),
    /// "This is what you lack."
    StepTwo(&'a [u8]),
    /// A change that is on disk.
    Update(&'a [u8]),
    /// Who is present. Without entries it is only a sign of life.
    Awareness(&'a [AwarenessEntry]),
    /// "Everything you sent before this barrier is on disk."
    Barrier(&'a [u8]),
    /// "Something other than the text has changed": what to fetch again.
    News(&'a str),
}

/// The presence of one client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwarenessEntry {
    /// The client id.
    pub client: u64,
    /// Counts the changes of this client's state.
    pub clock: u64,
    /// JSON; `null` means that the client has left.
    pub state: String,
}

impl ClientMessage {
    /// Reads one frame.
    ///
    /// # Errors
    /// [`Malformed`] if the frame is not exactly one message.
    pub fn read(frame: &Bytes) -> Result<Self, Malformed> {
        let mut reader = Reader::new(frame);
        let message = match reader.var_uint()? {
            SYNC => Self::read_sync(frame, &mut reader)?,
            AWARENESS => Self::Awareness(read_entries(reader.var_buffer()?)?),
            QUERY_AWARENESS => Self::QueryAwareness,
            NEWS => Self::News,
            BARRIER => match reader.var_buffer()? {
                label if label.len() <= BARRIER_LIMIT => Self::Barrier(frame.slice_ref(label)),
                _ => return Err(Malformed("a barrier's label is too long")),
            },
            _ => return Err(Malformed("this kind of message is unknown")),
        };
        reader.finish()?;
        Ok(message)
    }

    fn read_sync(frame: &Bytes, reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let kind = reader.var_uint()?;
        let body = reader.var_buffer()?;
        match kind {
            STEP_ONE => Ok(Self::StepOne(body.to_vec())),
            STEP_TWO => Ok(Self::StepTwo(frame.slice_ref(body))),
            UPDATE => Ok(Self::Update(frame.slice_ref(body))),
            _ => Err(Malformed("this kind of synchronisation is unknown")),
        }
    }
}

fn read_entries(body: &[u8]) -> Result<Vec<AwarenessEntry>, Malformed> {
    let mut reader = Reader::new(body);
    let count = reader.count()?;
    if count > ENTRIES_LIMIT {
        return Err(Malformed("too many awareness entries"));
    }
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        entries.push(AwarenessEntry {
            client: reader.var_uint()?,
            clock: reader.var_uint()?,
            state: reader.var_string()?.to_owned(),
        });
    }
    reader.finish()?;
    Ok(entries)
}

impl ServerMessage<'_> {
    /// Encodes the message as one frame.
    pub fn frame(&self) -> Bytes {
        let mut out = Vec::with_capacity(16);
        match self {
            Self::StepOne(body) => put_sync(&mut out, STEP_ONE, body),
            Self::StepTwo(body) => put_sync(&mut out, STEP_TWO, body),
            Self::Update(body) => put_sync(&mut out, UPDATE, body),
            Self::Awareness(entries) => {
                put_var_uint(&mut out, AWARENESS);
                put_var_buffer(&mut out, &entries_body(entries));
            }
            Self::Barrier(label) => {
                put_var_uint(&mut out, BARRIER);
                put_var_buffer(&mut out, label);
            }
            Self::News(what) => {
                put_var_uint(&mut out, NEWS);
                put_var_buffer(&mut out, what.as_bytes());
            }
        }
        Bytes::from(out)
    }
}

fn put_sync(out: &mut Vec<u8>, kind: u64, body: &[u8]) {
    out.reserve(body.len() + 8);
    put_var_uint(out, SYNC);
    put_var_uint(out, kind);
    put_var_buffer(out, body);
}

fn entries_body(entries: &[AwarenessEntry]) -> Vec<u8> {
    let mut body = Vec::new();
    put_var_uint(&mut body, entries.len() as u64);
    for entry in entries {
        put_var_uint(&mut body, entry.client);
        put_var_uint(&mut body, entry.clock);
        put_var_buffer(&mut body, entry.state.as_bytes());
    }
    body
}

/// Reads a state vector as pairs of client and clock.
///
/// yrs would trust the announced number of clients, and asserts on client ids that JavaScript
/// cannot represent.
pub fn read_state_vector(bytes: &[u8]) -> Result<Vec<(u64, u32)>, Malformed> {
    let mut reader = Reader::new(bytes);
    let count = reader.count()?;
    let mut clocks = Vec::with_capacity(count.min(1024));
    for _ in 0..count {
        let client = reader.var_uint()?;
        debug_assert!(client < VAR_UINT_LIMIT);
        let clock =
            u32::try_from(reader.var_uint()?).map_err(|_| Malformed("a clock is too large"))?;
        clocks.push((client, clock));
    }
    reader.finish()?;
    Ok(clocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<ClientMessage, Malformed> {
        ClientMessage::read(&Bytes::copy_from_slice(bytes))
    }

    #[test]
    fn the_messages_of_the_stock_client_are_read() {
        assert_eq!(read(&[0, 0, 1, 0]), Ok(ClientMessage::StepOne(vec![0])));
        assert_eq!(
            read(&[0, 1, 2, 0, 0]),
            Ok(ClientMessage::StepTwo(Bytes::from_static(&[0, 0])))
        );
        assert_eq!(
            read(&[0, 2, 2, 0, 0]),
            Ok(ClientMessage::Update(Bytes::from_static(&[0, 0])))
        );
        assert_eq!(read(&[3]), Ok(ClientMessage::QueryAwareness));
        assert_eq!(read(&[103]), Ok(ClientMessage::News));
        assert_eq!(
            read(&[102, 1, 7]),
            Ok(ClientMessage::Barrier(Bytes::from_static(&[7])))
        );
        let entry = AwarenessEntry {
            client: 5,
            clock: 1,
            state: "{}".into(),
        };
        assert_eq!(
            read(&[1, 6, 1, 5, 1, 2, b'{', b'}']),
            Ok(ClientMessage::Awareness(vec![entry]))
        );
    }

    #[test]
    fn every_truncated_frame_is_rejected() {
        for frame in [
            &[0, 2, 3, 1, 2, 3][..],
            &[1, 6, 1, 5, 1, 2, b'{', b'}'],
            &[102, 2, 1, 2],
        ] {
            for end in 0..frame.len() {
                assert!(read(&frame[..end]).is_err(), "{end} bytes of {frame:?}");
            }
        }
    }

    #[test]
    fn trailing_bytes_are_rejected() {
        assert!(read(&[3, 3]).is_err());
        assert!(
            read(&[0, 2, 1, 9, 0, 2, 1, 9]).is_err(),
            "two messages in one frame"
        );
        assert!(
            read(&[1, 3, 1, 5, 1]).is_err(),
            "an entry without its state"
        );
    }

    #[test]
    fn unknown_messages_are_rejected() {
        for frame in [&[2u8, 0, 0][..], &[4], &[0, 3, 0], b"hello", &[0xff; 40]] {
            assert!(read(frame).is_err(), "{frame:?}");
        }
    }

    #[test]
    fn server_frames_read_back_as_client_frames() {
        let update = ServerMessage::Update(&[1, 2, 3]).frame();
        assert_eq!(update[..], [0, 2, 3, 1, 2, 3]);
        assert_eq!(
            ServerMessage::Awareness(&[]).frame()[..],
            [1, 1, 0],
            "the sign of life"
        );
        assert_eq!(ServerMessage::Barrier(&[9]).frame()[..], [102, 1, 9]);
        assert_eq!(ServerMessage::News("x").frame()[..], [103, 1, b'x']);
        let entry = AwarenessEntry {
            client: 1 << 40,
            clock: 3,
            state: r#"{"a":"ü"}"#.into(),
        };
        let frame = ServerMessage::Awareness(std::slice::from_ref(&entry)).frame();
        assert_eq!(
            ClientMessage::read(&frame),
            Ok(ClientMessage::Awareness(vec![entry]))
        );
    }

    #[test]
    fn state_vectors_are_bounded_by_their_bytes() {
        assert_eq!(read_state_vector(&[1, 5, 9]), Ok(vec![(5, 9)]));
        assert!(read_state_vector(&[0xff, 0xff, 0xff, 0x7f]).is_err());
        assert!(read_state_vector(&[1, 5]).is_err());
    }
}
