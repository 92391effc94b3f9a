//! Figures for those who run the server, in the Prometheus text format.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

/// Upper bounds of what takes seconds: from one commit to a page nobody waits for.
const SECONDS: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0,
];
/// Upper bounds of what is counted together.
const SIZES: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 256.0, 1024.0];
/// Upper bounds of what waits, in bytes.
const BYTES: [f64; 7] = [256.0, 1e3, 4e3, 16e3, 64e3, 256e3, 4e6];

/// One recorder serves the whole process: the library keeps it in a global place.
fn handle() -> Option<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE
        .get_or_init(|| builder().ok()?.install_recorder().ok())
        .as_ref()
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    let ending = |end: &str| Matcher::Suffix(end.to_owned());
    PrometheusBuilder::new()
        .set_buckets_for_metric(ending("_seconds"), &SECONDS)?
        .set_buckets_for_metric(ending("_size"), &SIZES)?
        .set_buckets_for_metric(ending("_queue_bytes"), &BYTES)
}

/// Begins to count. Calling it again changes nothing.
pub fn start() {
    handle();
}

/// All figures as text; empty when another recorder was there before.
pub fn render() -> String {
    handle().map(PrometheusHandle::render).unwrap_or_default()
}

/// Folds what was measured since the last time into sums: nobody else does while nobody asks.
pub fn keep_up() {
    if let Some(handle) = handle() {
        handle.run_upkeep();
    }
}
