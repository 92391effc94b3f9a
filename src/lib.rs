//! Lectern: the wiki where training is written together and nothing is published until it is
//! signed off. The rooms stand here from the ground floor up; imports run downstairs only.

pub mod base;
pub mod config;
pub mod telemetry;

pub mod social;
pub mod store;

pub mod journal;

pub mod identity;

pub mod module;
pub mod template;

pub mod article;

pub mod live;

pub mod revision;

pub mod search;

pub mod review;

pub mod app;

pub mod http;

pub mod cli;
