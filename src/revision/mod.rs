//! Revisions: immutable snapshots of a draft, their history, differences, and restore.
