//! Metrics for operators, in the Prometheus text format.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

/// Histogram buckets for durations in seconds: from a single commit to an unacceptably slow page.
const SECONDS: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0,
];
/// Histogram buckets for group sizes.
const SIZES: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 256.0, 1024.0];
/// Histogram buckets for queue lengths in bytes.
const BYTES: [f64; 7] = [256.0, 1e3, 4e3, 16e3, 64e3, 256e3, 4e6];

/// Returns the recorder; there is one per process, because the library keeps it globally.
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

/// Starts recording. Further calls have no effect.
pub fn start() {
    handle();
}

/// Returns all metrics as text; empty if another recorder was installed first.
pub fn render() -> String {
    handle().map(PrometheusHandle::render).unwrap_or_default()
}

/// Aggregates recent measurements, which otherwise accumulate until the next [`render`].
pub fn keep_up() {
    if let Some(handle) = handle() {
        handle.run_upkeep();
    }
}
