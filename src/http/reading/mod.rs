//! Required reading: audiences, assignments, acknowledgements and who has done them.

pub mod api;
pub mod page;
pub mod status_table;
