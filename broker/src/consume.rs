//! Durable consumption. A [`Delivery`] owns its ack: done, retry after, or reject; one that is dropped comes again.

use std::time::Duration;

use async_nats::jetstream::{AckKind, Message, consumer::pull};
use bytes::Bytes;
use contract::{DeadLetter, consumers::ConsumerSpec};
use domain::Timestamp;
use futures_util::StreamExt;
use tokio::time::{Instant, sleep, timeout_at};

use crate::{Broker, ConnectError, PublishError};

/// How many messages are asked for at once. While nobody takes them, more may come to lie in this process.
const PREFETCH: usize = 500;

/// How often a message that is left to a newer worker is offered again, and for how many times: an hour.
const LEAVE_EVERY: Duration = Duration::from_secs(2);
const ATTEMPTS_TO_LEAVE: i64 = 1_800;

/// The messages of one durable consumer. Any number of processes may read the same one; each message goes to one of
/// them, and comes again where that one does not acknowledge it in time.
pub struct Deliveries {
    broker: Broker,
    spec: ConsumerSpec,
    stream: Option<pull::Stream>,
}

impl std::fmt::Debug for Deliveries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deliveries")
            .field("consumer", &self.spec.name)
            .finish_non_exhaustive()
    }
}

impl Broker {
    /// Makes the durable consumer where it is missing, and reads it.
    ///
    /// # Errors
    /// [`ConnectError::Provision`].
    pub async fn consume(&self, spec: ConsumerSpec) -> Result<Deliveries, ConnectError> {
        let mut deliveries = Deliveries {
            broker: self.clone(),
            spec,
            stream: None,
        };
        deliveries.open().await?;
        Ok(deliveries)
    }
}

impl Deliveries {
    /// Waits for a message, then takes what comes within `linger`, up to `max`. Never empty. Lost connections are
    /// waited out here. Safe to cancel: nothing is acknowledged, so nothing is lost.
    pub async fn next_batch(&mut self, max: usize, linger: Duration) -> Vec<Delivery> {
        let mut batch = vec![self.next().await];
        let until = Instant::now() + linger;
        while batch.len() < max {
            match timeout_at(until, self.next()).await {
                Ok(delivery) => batch.push(delivery),
                Err(_elapsed) => break,
            }
        }
        batch
    }

    /// The next message. Lost connections are waited out here.
    pub async fn next(&mut self) -> Delivery {
        loop {
            let Some(stream) = &mut self.stream else {
                self.reopen().await;
                continue;
            };
            match stream.next().await {
                Some(Ok(message)) => match Delivery::new(&self.broker, self.spec, message) {
                    Some(delivery) => return delivery,
                    None => continue,
                },
                Some(Err(error)) => {
                    tracing::warn!(consumer = self.spec.name, %error, "reading is interrupted");
                    self.stream = None;
                }
                None => self.stream = None,
            }
        }
    }

    async fn reopen(&mut self) {
        if let Err(error) = self.open().await {
            tracing::warn!(consumer = self.spec.name, %error, "cannot read yet; trying again");
            sleep(Duration::from_millis(250)).await;
        }
    }

    async fn open(&mut self) -> Result<(), ConnectError> {
        let consumer = self.broker.ensure_consumer(&self.spec).await?;
        let stream = consumer
            .stream()
            .max_messages_per_batch(PREFETCH)
            .expires(Duration::from_secs(20))
            .heartbeat(Duration::from_secs(5))
            .messages()
            .await
            .map_err(|error| ConnectError::Provision {
                what: format!("messages of the consumer {}", self.spec.name),
                reason: error.to_string(),
            })?;
        self.stream = Some(stream);
        Ok(())
    }
}

/// One message to be worked on.
pub struct Delivery {
    /// Its subject.
    pub subject: String,
    /// Its sequence in the stream.
    pub seq: u64,
    /// When the stream stored it.
    pub stored_at: Timestamp,
    /// How often it was delivered, this time included.
    pub attempt: i64,
    /// Its body.
    pub payload: Bytes,
    broker: Broker,
    spec: ConsumerSpec,
    message: Message,
}

impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delivery")
            .field("subject", &self.subject)
            .field("seq", &self.seq)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}

impl Delivery {
    fn new(broker: &Broker, spec: ConsumerSpec, message: Message) -> Option<Self> {
        let info = match message.info() {
            Ok(info) => info,
            Err(error) => {
                tracing::error!(%error, "a delivery without its reply subject is ignored");
                return None;
            }
        };
        Some(Self {
            subject: message.subject.to_string(),
            seq: info.stream_sequence,
            stored_at: Timestamp::from_datetime(info.published),
            attempt: info.delivered,
            payload: message.payload.clone(),
            broker: broker.clone(),
            spec,
            message,
        })
    }

    /// The work is done and lasting. A lost ack means that the message comes again.
    pub async fn done(self) {
        self.answer(AckKind::Ack).await;
    }

    /// The work is done and lasting, and the broker has confirmed that it knows: the consumer's floor may be told to
    /// others afterwards. Where the confirmation is lost, the message comes again.
    pub async fn done_confirmed(self) {
        if let Err(error) = self.message.double_ack().await {
            tracing::warn!(consumer = self.spec.name, seq = self.seq, %error, "an ack was not confirmed; the message will come again");
        }
    }

    /// Still at it: the ack wait begins anew.
    pub async fn in_progress(&self) {
        if let Err(error) = self.message.ack_with(AckKind::Progress).await {
            tracing::debug!(seq = self.seq, %error, "progress was not told");
        }
    }

    /// It failed for a reason that may pass.
    pub async fn retry(self, after: Duration, error: &(dyn std::error::Error + Sync)) {
        tracing::warn!(consumer = self.spec.name, subject = %self.subject, seq = self.seq, attempt = self.attempt, %error, "a message failed and will be tried again");
        self.answer(AckKind::Nak(Some(after))).await;
    }

    /// A newer release wrote it, and its workers share this consumer: one of them will take it. Where none does for an
    /// hour, because the newer release was taken back, it is kept on the DLQ until somebody can replay it.
    pub async fn leave_to_newer(self, error: &(dyn std::error::Error + Sync)) {
        if self.attempt >= ATTEMPTS_TO_LEAVE {
            return self.reject(error).await;
        }
        if self.attempt == 1 {
            tracing::warn!(consumer = self.spec.name, subject = %self.subject, seq = self.seq, %error, "a message is left to a newer worker");
        }
        self.answer(AckKind::Nak(Some(LEAVE_EVERY))).await;
    }

    /// It can never succeed: it is kept on `dlq.<consumer>` with the error, and the others go on.
    pub async fn reject(self, error: &(dyn std::error::Error + Sync)) {
        match self.to_dlq(&error.to_string()).await {
            Ok(()) => self.answer(AckKind::Term).await,
            Err(error) => {
                tracing::error!(seq = self.seq, %error, "the DLQ did not take a message; it will come again");
                self.answer(AckKind::Nak(Some(Duration::from_secs(5))))
                    .await;
            }
        }
    }

    async fn to_dlq(&self, error: &str) -> Result<(), PublishError> {
        let letter = DeadLetter {
            stream: self.spec.stream.name.to_owned(),
            subject: self.subject.clone(),
            seq: self.seq,
            stored_at: self.stored_at,
            attempts: self.attempt,
            error: error.to_owned(),
            payload: None,
            payload_base64: None,
        };
        let letter = letter.with_body(&self.payload);
        self.broker.keep_letter(&self.spec, letter).await
    }

    async fn answer(&self, kind: AckKind) {
        if let Err(error) = self.message.ack_with(kind).await {
            tracing::warn!(consumer = self.spec.name, seq = self.seq, %error, "an ack was lost; the message will come again");
        }
    }
}
