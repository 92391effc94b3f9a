//! Modules: ordered collections of articles with members.
