//! What is there at the moment, for those who run the server: told to the metrics, and taken back
//! when it goes.

/// Counts a refusal.
pub fn refused(reason: &'static str) {
    metrics::counter!("lectern_live_refused_total", "reason" => reason).increment(1);
}

/// Counts something for as long as it lives.
pub struct Counted(&'static str);

impl Counted {
    /// Counts one more.
    pub fn new(gauge: &'static str) -> Self {
        metrics::gauge!(gauge).increment(1);
        Self(gauge)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        metrics::gauge!(self.0).decrement(1);
    }
}

/// Adds its own part to a sum for as long as it lives.
pub struct Weighed {
    gauge: &'static str,
    part: usize,
}

impl Weighed {
    /// Adds `part`.
    pub fn new(gauge: &'static str, part: usize) -> Self {
        metrics::gauge!(gauge).increment(part as f64);
        Self { gauge, part }
    }

    /// Changes its part.
    pub fn set(&mut self, part: usize) {
        metrics::gauge!(self.gauge).increment(part as f64 - self.part as f64);
        self.part = part;
    }
}

impl Drop for Weighed {
    fn drop(&mut self) {
        metrics::gauge!(self.gauge).decrement(self.part as f64);
    }
}
