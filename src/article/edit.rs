//! An entry of an article's edit log: what changed, when, and by whom.
//!
//! Entries are written at typing speed, so they are binary rather than JSON: format version,
//! author, time, client ids newly bound to the author, and the Yjs update as received.

use thiserror::Error;

use lectern_base::{ArticleId, PersonId, Timestamp};
use lectern_store::LogId;

const VERSION: u8 = 1;
/// Format version, author flag, author, time, number of client ids.
const HEAD: usize = 1 + 1 + 16 + 8 + 2;

/// An entry of an article's edit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Who made the edit; `None` for Lectern, which seeds new drafts.
    pub author: Option<PersonId>,
    /// When the server received it.
    pub at: Timestamp,
    /// The Yjs client ids that belong to the author from this edit on.
    pub clients: Vec<u64>,
    /// The change as a Yjs update (v1 encoding).
    pub update: Vec<u8>,
}

/// The entry is truncated, corrupt, or written by a newer version of Lectern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this entry of the edit log cannot be read")]
pub struct UnreadableEdit;

impl Edit {
    /// Returns the id of an article's edit log.
    pub fn log(article: ArticleId) -> LogId {
        LogId::new(article)
    }

    /// Encodes the entry for the log.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEAD + self.clients.len() * 8 + self.update.len());
        out.push(VERSION);
        out.push(u8::from(self.author.is_some()));
        out.extend(self.author.map_or([0; 16], |person| *person.as_bytes()));
        out.extend(self.at.millis().to_be_bytes());
        let clients = u16::try_from(self.clients.len()).unwrap_or(u16::MAX);
        out.extend(clients.to_be_bytes());
        for client in self.clients.iter().take(usize::from(clients)) {
            out.extend(client.to_be_bytes());
        }
        out.extend_from_slice(&self.update);
        out
    }

    /// Decodes a log entry.
    pub fn decode(bytes: &[u8]) -> Result<Self, UnreadableEdit> {
        let mut rest = bytes;
        let [version, has_author] = take(&mut rest)?;
        if version != VERSION {
            return Err(UnreadableEdit);
        }
        let person: [u8; 16] = take(&mut rest)?;
        let author = match has_author {
            0 => None,
            _ => Some(PersonId::from_bytes(&person).ok_or(UnreadableEdit)?),
        };
        let at = Timestamp::from_millis(i64::from_be_bytes(take(&mut rest)?));
        let count = u16::from_be_bytes(take(&mut rest)?);
        let clients = (0..count)
            .map(|_| take(&mut rest).map(u64::from_be_bytes))
            .collect::<Result<_, _>>()?;
        let update = rest.to_vec();
        Ok(Self {
            author,
            at,
            clients,
            update,
        })
    }
}

fn take<const LENGTH: usize>(rest: &mut &[u8]) -> Result<[u8; LENGTH], UnreadableEdit> {
    let (taken, left) = rest.split_first_chunk().ok_or(UnreadableEdit)?;
    *rest = left;
    Ok(*taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(author: Option<PersonId>) -> Edit {
        let at = Timestamp::from_millis(1_778_000_000_123);
        Edit {
            author,
            at,
            clients: vec![7, (1 << 53) - 1],
            update: vec![0, 0],
        }
    }

    #[test]
    fn an_entry_round_trips() {
        for author in [None, Some(PersonId::new())] {
            let edit = edit(author);
            assert_eq!(Edit::decode(&edit.encode()), Ok(edit));
        }
    }

    #[test]
    fn a_newer_or_truncated_entry_is_unreadable() {
        let good = edit(None).encode();
        for end in 0..HEAD + 16 {
            assert_eq!(
                Edit::decode(&good[..end]),
                Err(UnreadableEdit),
                "{end} bytes"
            );
        }
        let newer = [&[VERSION + 1], &good[1..]].concat();
        assert_eq!(Edit::decode(&newer), Err(UnreadableEdit));
    }
}
