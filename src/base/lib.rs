//! Types shared by every crate: identifiers, times and days, hashes, error kinds, leases, seek pagination.

mod day;
mod error;
mod hash;
mod id;
mod lease;
mod page;
mod subject;
mod time;

pub use day::{Day, DayParseError, UnknownZone, Zone};
pub use error::ErrorKind;
pub use hash::{Hash, HashParseError, canonical};
pub use id::{
    AlertId, ArticleId, DelegationId, IdParseError, InstanceId, ModuleId, PersonId, ReviewId,
    RevisionId, SessionId, SignatureId, ThreadId, TokenId,
};
pub use lease::{Lease, WeakLease};
pub use page::{Page, Seek};
pub use subject::Subject;
pub use time::{Clock, FixedClock, SystemClock, Timestamp, TimestampParseError};
