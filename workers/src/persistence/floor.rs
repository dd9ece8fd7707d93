//! How far a stream is stored: told to the gateways, and to whoever watches the metrics.

use std::time::Duration;

use bootstrap::Shutdown;
use broker::{Broker, ReadError};
use contract::{
    consumers::{ConsumerSpec, PERSISTENCE_CHAT, PERSISTENCE_LIFE, PERSISTENCE_RECEIPT},
    live::StoredFloor,
    subjects,
};

const WATCH_EVERY: Duration = Duration::from_secs(5);
const WATCHED: [ConsumerSpec; 3] = [PERSISTENCE_CHAT, PERSISTENCE_LIFE, PERSISTENCE_RECEIPT];

/// Up to where all workers together have stored and acknowledged the consumer's stream. The broker knows: acks come
/// after commits, so this is never ahead of the database.
pub(super) async fn of(broker: &Broker, consumer: &ConsumerSpec) -> Result<u64, ReadError> {
    broker.floor_of(consumer).await
}

/// Tells the gateways. A lost announcement heals with the next one, and gateways also look for themselves.
pub(super) async fn announce(broker: &Broker, consumer: &ConsumerSpec) {
    let floor = match of(broker, consumer).await {
        Ok(floor) => floor,
        Err(error) => {
            tracing::warn!(consumer = consumer.name, %error, "the floor is not known and not announced");
            return;
        }
    };
    let stored = StoredFloor {
        stream: consumer.stream.name.to_owned(),
        floor,
    };
    let sent = match serde_json::to_vec(&stored) {
        Ok(body) => {
            broker
                .publish_core(subjects::LIVE_STORED.to_owned(), body)
                .await
        }
        Err(error) => return tracing::error!(%error, "a floor cannot be written as JSON"),
    };
    if let Err(error) = sent {
        tracing::warn!(consumer = consumer.name, %error, "the floor was not announced");
    }
}

/// Keeps the gauges of the consumers' backlogs until shutdown.
pub(super) async fn watch(broker: Broker, shutdown: Shutdown) -> anyhow::Result<()> {
    while !shutdown.is_requested() {
        for consumer in WATCHED {
            match broker.consumer_state(&consumer).await {
                Ok(Some(state)) => {
                    let gauge = |value: u64| f64::from(u32::try_from(value).unwrap_or(u32::MAX));
                    metrics::gauge!("webchat_consumer_pending", "consumer" => consumer.name)
                        .set(gauge(state.pending));
                    metrics::gauge!("webchat_consumer_ack_pending", "consumer" => consumer.name)
                        .set(gauge(state.unacknowledged));
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::debug!(consumer = consumer.name, %error, "the backlog is not known");
                }
            }
        }
        tokio::select! {
            () = tokio::time::sleep(WATCH_EVERY) => {}
            () = shutdown.requested() => {}
        }
    }
    Ok(())
}
