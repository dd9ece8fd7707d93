//! The public events that follow from a stream's messages.

use std::sync::{Mutex, PoisonError};

use bootstrap::Shutdown;
use broker::{Broker, Publish, PublishError};
use contract::{
    consumers::ConsumerSpec,
    public_events::{Fact, derived_id},
};
use domain::Timestamp;
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::sync::mpsc;
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

/// What becomes of a message whose event the broker refuses for what it is.
#[derive(Debug, Clone)]
pub(super) enum Refusals {
    /// It goes to the DLQ with the reason, and the others go on.
    Buried,
    /// Whoever tries a dead letter once more hears the reason.
    Reported(mpsc::UnboundedSender<String>),
}

/// Publishes what follows from the stream of one consumer. The same message gives the same events, ids included, however often.
#[derive(Debug)]
pub(super) struct PublicEvents {
    broker: Broker,
    consumer: ConsumerSpec,
    refusals: Refusals,
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
    pub(super) fn new(
        broker: Broker,
        consumer: ConsumerSpec,
        refusals: Refusals,
        shutdown: Shutdown,
    ) -> Self {
        Self {
            broker,
            consumer,
            refusals,
            shutdown,
            epoch: Mutex::new(None),
        }
    }

    /// Publishes all and waits for the acks, however long the broker is away. What it refuses is given up.
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
        let seq = told.seq;
        let publish = event_of(epoch, told);
        let mut backoff = Backoff::new();
        loop {
            let refused = match &publish {
                Ok(publish) => match self.broker.publish(publish.clone()).await {
                    Ok(_ack) => return Ok(()),
                    Err(PublishError::Rejected(reason)) => Some(reason),
                    Err(error) => {
                        tracing::warn!(subject = %publish.subject, seq, %error, "a public event was not taken and is tried again");
                        None
                    }
                },
                Err(error) => Some(error.to_string()),
            };
            if let Some(reason) = refused
                && self.give_up(seq, &reason).await
            {
                return Ok(());
            }
            backoff.wait(&self.shutdown).await?;
        }
    }

    /// Whether somebody else cares for the message from now on. A broker that takes no dead letter either is in trouble
    /// itself, and the event is tried again.
    async fn give_up(&self, seq: u64, reason: &str) -> bool {
        let reason = format!("its public event is refused: {reason}");
        match &self.refusals {
            Refusals::Reported(hears) => hears.send(reason).is_ok(),
            Refusals::Buried => {
                let buried = self.broker.bury(&self.consumer, seq, &reason).await;
                if let Err(error) = &buried {
                    tracing::warn!(consumer = self.consumer.name, seq, reason, %error, "a message is not on the DLQ yet");
                }
                buried.is_ok()
            }
        }
    }

    async fn epoch(&self) -> Result<Uuid, Stopped> {
        let connection = self.broker.connection().borrow().established;
        let known = *self.epoch.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.filter(|known| known.connection == connection) {
            return Ok(known.epoch);
        }
        let mut backoff = Backoff::new();
        loop {
            match self.broker.stream_state(&self.consumer.stream).await {
                Ok(state) => {
                    let known = KnownEpoch {
                        connection,
                        epoch: state.epoch,
                    };
                    *self.epoch.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
                    return Ok(state.epoch);
                }
                Err(error) => {
                    tracing::warn!(stream = self.consumer.stream.name, %error, "the epoch cannot be read yet");
                    backoff.wait(&self.shutdown).await?;
                }
            }
        }
    }
}

fn event_of(epoch: Uuid, told: Told) -> Result<Publish, serde_json::Error> {
    let id = derived_id(epoch, told.seq, told.ordinal);
    let subject = told.fact.nats_subject();
    let body = serde_json::to_vec(&told.fact.into_event(id, told.at))?;
    Ok(Publish::new(subject, body).message_id(id.to_string()))
}
