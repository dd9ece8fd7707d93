//! The Prometheus recorder of a process.

use std::time::Duration;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

/// Buckets of histograms whose name ends in `_seconds`: half a millisecond to a minute.
const SECONDS: [f64; 16] = [
    0.0005, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
    60.0,
];

/// Buckets of histograms whose name ends in `_size`: a count of things.
const SIZES: [f64; 11] = [
    1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 5000.0,
];

const UPKEEP_PERIOD: Duration = Duration::from_secs(5);

/// Installs the recorder behind the `metrics` macros. Once a process, inside the runtime.
///
/// # Errors
/// Another recorder is installed.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
        .set_buckets_for_metric(Matcher::Suffix("_size".to_owned()), &SIZES)?
        .install_recorder()?;
    let upkeep = handle.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(UPKEEP_PERIOD).await;
            upkeep.run_upkeep();
        }
    });
    Ok(handle)
}

/// Says which program this is, as the metric `webchat_build_info`.
pub(crate) fn describe_process(role: &'static str) {
    metrics::gauge!("webchat_build_info", "role" => role, "version" => env!("CARGO_PKG_VERSION"))
        .set(1.0);
}
