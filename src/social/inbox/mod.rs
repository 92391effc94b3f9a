//! Notices: one inbox per person.
//!
//! [`notification_rules`] decides which people a journal entry notifies, and of what; [`sentence`]
//! puts a notice into words; [`Inbox`] keeps the newest [`INBOX_LIMIT`] notices of each person and
//! which of them were read. A notice contains only ids and small facts, never text that people
//! wrote: titles and names are looked up when it is shown, as far as the person may see them by
//! then. Who takes part in a review and who may see what is decided by the crates above.

mod notice;
mod rule;
mod sentence;
mod store;
#[cfg(test)]
mod tests;

pub use notice::{Notice, NoticeDetails, NoticeKind, RequiredAccess};
pub use rule::{NotificationRule, Recipients, notification_rules};
pub use sentence::{DisplayNames, sentence};
pub use store::{Delivery, INBOX_LIMIT, Inbox, InboxItem, Selection};
