//! How far a stream is stored, told to the gateways.

use broker::{Broker, Floor, ReadError};
use contract::{consumers::ConsumerSpec, live::StoredFloor, subjects};

/// Up to where all workers together have stored and acknowledged the consumer's stream. The broker knows: acks come
/// after commits, so this is never ahead of the database.
pub(super) async fn of(broker: &Broker, consumer: &ConsumerSpec) -> Result<Floor, ReadError> {
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
        floor: floor.seq,
        epoch: floor.epoch,
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
