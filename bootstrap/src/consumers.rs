//! Whether the workers keep up. Every process looks, so that somebody tells it also when all workers are dead, stopped or
//! stuck.

use std::time::{Duration, Instant};

use broker::{Backlog, Broker};
use contract::consumers::{ConsumerSpec, OF_WORKERS};
use settings::Settings;

use crate::{Readiness, Shutdown};

/// The name of the check.
pub const CONSUMERS: &str = "consumers";

const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Keeps the gauges of all workers' consumers, and tells as the check [`CONSUMERS`] when what waits for one of them is
/// older than `health.consumer_age_secs`. The process stays ready: restarting it would not help.
pub fn watch_consumers(
    broker: &Broker,
    settings: &Settings,
    readiness: &Readiness,
    shutdown: &Shutdown,
) {
    let check = readiness.tell(CONSUMERS);
    let longest = Duration::from_secs(settings.health.consumer_age_secs);
    let (broker, shutdown) = (broker.clone(), shutdown.clone());
    tokio::spawn(async move {
        while !shutdown.is_requested() {
            let begun = Instant::now();
            match look(&broker, longest).await {
                Ok(()) => check.ok(begun.elapsed()),
                Err(detail) => check.failed(detail),
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = shutdown.requested() => {}
            }
        }
    });
}

async fn look(broker: &Broker, longest: Duration) -> Result<(), String> {
    let mut late = Vec::new();
    for consumer in &OF_WORKERS {
        let backlog = broker.backlog(consumer).await;
        let Some(backlog) = backlog.map_err(|error| error.to_string())? else {
            continue;
        };
        measure(consumer, &backlog);
        if backlog.age > longest {
            late.push(format!(
                "{}: the oldest of {} messages has waited for {} s",
                consumer.name,
                backlog.pending + backlog.unacknowledged,
                backlog.age.as_secs()
            ));
        }
    }
    if late.is_empty() {
        return Ok(());
    }
    Err(late.join("; "))
}

fn measure(consumer: &ConsumerSpec, backlog: &Backlog) {
    let count = |value: u64| u32::try_from(value).map_or(f64::from(u32::MAX), f64::from);
    let name = consumer.name;
    metrics::gauge!("webchat_consumer_pending", "consumer" => name).set(count(backlog.pending));
    metrics::gauge!("webchat_consumer_ack_pending", "consumer" => name)
        .set(count(backlog.unacknowledged));
    metrics::gauge!("webchat_consumer_pending_age_seconds", "consumer" => name)
        .set(backlog.age.as_secs_f64());
}
