//! What a process would tell on its page of metrics.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::runtime::Builder;

/// The numbers of one test.
pub struct Told(PrometheusHandle);

impl Told {
    /// The number of a series, as the page writes its name and labels; 0 where it is not told.
    pub fn number(&self, series: &str) -> f64 {
        let text = self.0.render();
        let mut lines = text.lines().filter_map(|line| line.strip_prefix(series));
        lines
            .find_map(|rest| rest.strip_prefix(' ')?.parse().ok())
            .unwrap_or_default()
    }
}

/// Runs everything asynchronous on one thread, where alone its numbers are seen.
pub fn on_one_thread<T>(body: impl AsyncFnOnce(Told) -> T) -> T {
    let recorder = PrometheusBuilder::new().build_recorder();
    let told = Told(recorder.handle());
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    metrics::with_local_recorder(&recorder, || runtime.block_on(body(told)))
}
