//! Figures for those who run the server, in the Prometheus text format.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// One recorder serves the whole process: the library keeps it in a global place.
fn handle() -> Option<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE
        .get_or_init(|| PrometheusBuilder::new().install_recorder().ok())
        .as_ref()
}

/// Begins to count. Calling it again changes nothing.
pub fn start() {
    handle();
}

/// All figures as text; empty when another recorder was there before.
pub fn render() -> String {
    handle().map(PrometheusHandle::render).unwrap_or_default()
}
