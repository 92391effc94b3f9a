//! Stories of reading on a real store, with real reviews.

use std::sync::Arc;

use lectern_base::{Clock, Timestamp, Zone};
use lectern_review as review;

use crate::Readings;
use house::House;
use review::Timers;

mod acknowledge;
#[allow(dead_code, reason = "reviews have stories of their own")]
#[path = "../../review/tests/house.rs"]
mod house;

impl House {
    /// The time by the test clock.
    fn time(&self) -> Timestamp {
        self.clock.now()
    }
}

/// Returns the service on the store of `house`, and the timers of reviews and readings.
fn readings(house: &House) -> (Arc<Readings>, Timers) {
    let readings = Arc::new(Readings::new(
        house.store.clone(),
        house.journal.clone(),
        house.identity.clone(),
        house.modules.clone(),
        house.articles.clone(),
        house.reviews.clone(),
        house.clock.clone(),
        Zone::utc(),
    ));
    let timers = Timers::new(
        house.store.clone(),
        house.journal.clone(),
        house.clock.clone(),
        vec![house.reviews.clone(), readings.clone()],
    );
    (readings, timers)
}
