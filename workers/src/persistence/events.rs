//! The public events that follow from a stream's messages.

use std::sync::{Mutex, PoisonError};

use bootstrap::Shutdown;
use broker::{Broker, Publish};
use contract::{
    public_events::{Fact, derived_id},
    streams::StreamSpec,
};
use domain::Timestamp;
use futures_util::{StreamExt, TryStreamExt, stream};
use uuid::Uuid;

use super::backoff::{Backoff, Stopped};

/// How many publishes may wait for their ack.
const IN_FLIGHT: usize = 128;

/// A fact and the message of the stream that it follows from.
#[derive(Debug, Clone)]
pub(super) struct Told {
    /// The message's sequence.
    pub seq: u64,
    /// Which of the message's facts it is. With `seq` it gives the event's id, so it may never change.
    pub ordinal: u8,
    /// When it happened.
    pub at: Timestamp,
    /// The fact.
    pub fact: Fact,
}

/// Publishes what follows from one stream. The same message gives the same events, ids included, however often.
#[derive(Debug)]
pub(super) struct PublicEvents {
    broker: Broker,
    stream: StreamSpec,
    shutdown: Shutdown,
    epoch: Mutex<Option<KnownEpoch>>,
}

/// The stream's epoch, and the connection on which it was read: a stream is made anew only behind a new connection.
#[derive(Debug, Clone, Copy)]
struct KnownEpoch {
    connection: u64,
    epoch: Uuid,
}

impl PublicEvents {
    pub(super) fn new(broker: Broker, stream: StreamSpec, shutdown: Shutdown) -> Self {
        Self {
            broker,
            stream,
            shutdown,
            epoch: Mutex::new(None),
        }
    }

    /// Publishes all and waits for the acks, however long the broker is away.
    pub(super) async fn publish(&self, told: Vec<Told>) -> Result<(), Stopped> {
        if told.is_empty() {
            return Ok(());
        }
        let epoch = self.epoch().await?;
        let publishes: Vec<_> = told
            .into_iter()
            .map(|told| self.publish_one(epoch, told))
            .collect();
        stream::iter(publishes)
            .buffer_unordered(IN_FLIGHT)
            .try_collect()
            .await
    }

    async fn publish_one(&self, epoch: Uuid, told: Told) -> Result<(), Stopped> {
        let id = derived_id(epoch, told.seq, told.ordinal);
        let subject = told.fact.nats_subject();
        let body = match serde_json::to_vec(&told.fact.into_event(id, told.at)) {
            Ok(body) => body,
            Err(error) => {
                tracing::error!(%subject, seq = told.seq, %error, "a public event cannot be written as JSON");
                return Ok(());
            }
        };
        let publish = Publish::new(subject, body).message_id(id.to_string());
        let mut backoff = Backoff::new();
        while let Err(error) = self.broker.publish(publish.clone()).await {
            tracing::warn!(subject = %publish.subject, event_id = %id, %error, "a public event was not taken and is tried again");
            backoff.wait(&self.shutdown).await?;
        }
        Ok(())
    }

    async fn epoch(&self) -> Result<Uuid, Stopped> {
        let connection = self.broker.connection().borrow().established;
        let known = *self.epoch.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.filter(|known| known.connection == connection) {
            return Ok(known.epoch);
        }
        let mut backoff = Backoff::new();
        loop {
            match self.broker.stream_state(&self.stream).await {
                Ok(state) => {
                    let known = KnownEpoch {
                        connection,
                        epoch: state.epoch,
                    };
                    *self.epoch.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
                    return Ok(state.epoch);
                }
                Err(error) => {
                    tracing::warn!(stream = self.stream.name, %error, "the epoch cannot be read yet");
                    backoff.wait(&self.shutdown).await?;
                }
            }
        }
    }
}
