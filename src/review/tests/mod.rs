//! Stories of review on a real store, with real drafts.

use crate as review;

mod article;
mod decisions;
mod histories;
mod house;
mod links;
mod publication;
mod requests;
mod revisions;
mod rules;
mod signatures;
mod standing;
mod timers;
