//! Metrics of live editing. Gauges take back their share when they are dropped.

/// Counts a refusal in `lectern_live_refused_total`.
pub fn count_refusal(reason: &'static str) {
    metrics::counter!("lectern_live_refused_total", "reason" => reason).increment(1);
}

/// Counts one in a gauge for as long as it lives.
pub struct CountGauge(&'static str);

impl CountGauge {
    /// Increments the gauge.
    pub fn new(gauge: &'static str) -> Self {
        metrics::gauge!(gauge).increment(1);
        Self(gauge)
    }
}

impl Drop for CountGauge {
    fn drop(&mut self) {
        metrics::gauge!(self.0).decrement(1);
    }
}

/// Contributes an amount to a gauge for as long as it lives.
pub struct SumGauge {
    gauge: &'static str,
    part: usize,
}

impl SumGauge {
    /// Adds `part` to the gauge.
    pub fn new(gauge: &'static str, part: usize) -> Self {
        metrics::gauge!(gauge).increment(part as f64);
        Self { gauge, part }
    }

    /// Changes the amount.
    pub fn set(&mut self, part: usize) {
        metrics::gauge!(self.gauge).increment(part as f64 - self.part as f64);
        self.part = part;
    }
}

impl Drop for SumGauge {
    fn drop(&mut self) {
        metrics::gauge!(self.gauge).decrement(self.part as f64);
    }
}
