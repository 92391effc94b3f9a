//! The policy as a table and in single cases.

mod cast;
mod guards;
mod quorum;
mod stages;
mod substitutes;
mod table;
