//! Notifications: who is notified of what, and one inbox for each person.
//!
//! [`notices_of`] is a pure function from a journal entry to notices and their recipients.
//! [`NotificationFollower`] finds these people, checks what they may see, and fills their inboxes.
//! [`Inbox`] keeps the newest [`INBOX_LIMIT`] notices of each person. A notice holds identifiers and
//! small facts; titles and comments are looked up by [`Notifications`] when it is shown, as far as
//! its recipient may see them by then.

mod error;
mod follower;
mod inbox;
mod notice;
mod notifications;
mod rule;
mod sentence;
#[cfg(test)]
mod tests;

pub use error::NotifyError;
pub use follower::NotificationFollower;
pub use inbox::{Delivery, INBOX_LIMIT, Inbox, InboxItem, Selection};
pub use notice::{Notice, NoticeDetails, NoticeKind, RequiredAccess};
pub use notifications::{NoticePage, NoticeQuery, NoticeTarget, NoticeView, Notifications};
pub use rule::{AddressedNotice, Recipients, notices_of};
pub use sentence::{DisplayNames, sentence};
