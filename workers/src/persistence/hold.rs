//! A batch is stored only while its stream is the one that it was taken from.
//!
//! A batch may wait in this process while the broker goes and comes back with an older copy of its files, and so may
//! messages that were asked for ahead: the next batches then have some of before and some of now. What the copy lacks may be
//! given to other messages under the same sequences, so it is not stored any more: it comes again, or is lost with the stream
//! and not in SQL either.

use bootstrap::Shutdown;
use broker::{Broker, consume::Delivery};
use bytes::Bytes;
use contract::streams::StreamSpec;
use domain::Timestamp;
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::sync::OwnedRwLockReadGuard;

use super::backoff::{Backoff, Stopped};

/// Questions to the broker at the same time.
const AT_ONCE: usize = 16;

/// Whether the next messages may be of another time of the stream than the connection that it was looked at on.
#[derive(Debug)]
pub(super) struct Doubt {
    connection: u64,
    is_left: bool,
}

impl Doubt {
    /// None, while the connection stays the one that the consumer was opened on.
    pub(super) fn none(opened_on: u64) -> Self {
        Self {
            connection: opened_on,
            is_left: false,
        }
    }

    /// Takes out of a batch what the stream of this connection does not have at its place. A reconnect leaves what was
    /// asked for ahead in this process, however much that is, and behind it comes what the new connection brings. None of it
    /// is left once a batch that was taken since is not `full`: it was waited for another message then.
    pub(super) async fn sift(
        &mut self,
        stream: StreamSpec,
        batch: Vec<Delivery>,
        full: usize,
        hold: &Hold,
        shutdown: &Shutdown,
    ) -> Result<Vec<Delivery>, Stopped> {
        let is_new = self.connection != hold.connection;
        self.connection = hold.connection;
        self.is_left |= is_new;
        if !self.is_left || !stream.has_epoch {
            return Ok(batch);
        }
        self.is_left = is_new || batch.len() >= full;
        let sifted = stream::iter(batch).map(|delivery| async move {
            let place = Place::of(stream, &delivery);
            let stands = place.is_there(&hold.broker, shutdown).await?;
            Ok(stands.then_some(delivery))
        });
        let sifted: Vec<_> = sifted.buffered(AT_ONCE).try_collect().await?;
        Ok(sifted.into_iter().flatten().collect())
    }
}

/// A message at its place in the stream. Where the newest one of a batch of one time is there, the stream has the others, or had
/// reason to remove them.
#[derive(Debug, Clone)]
pub(super) struct Place {
    stream: StreamSpec,
    subject: String,
    seq: u64,
    stored_at: Timestamp,
    payload: Bytes,
}

impl Place {
    /// Of the newest message; `None` for an empty batch.
    pub(super) fn of_newest(stream: StreamSpec, batch: &[Delivery]) -> Option<Self> {
        let newest = batch.iter().max_by_key(|delivery| delivery.seq)?;
        Some(Self::of(stream, newest))
    }

    fn of(stream: StreamSpec, delivery: &Delivery) -> Self {
        Self {
            stream,
            subject: delivery.subject.clone(),
            seq: delivery.seq,
            stored_at: delivery.stored_at,
            payload: delivery.payload.clone(),
        }
    }

    /// Whether the stream has this very message.
    pub(super) async fn is_there(
        &self,
        broker: &Broker,
        shutdown: &Shutdown,
    ) -> Result<bool, Stopped> {
        let mut backoff = Backoff::new();
        loop {
            match broker.get(&self.stream, self.seq).await {
                Ok(record) => {
                    return Ok(record.is_some_and(|record| {
                        record.subject == self.subject
                            && record.stored_at == self.stored_at
                            && record.payload == self.payload
                    }));
                }
                Err(error) => {
                    tracing::warn!(seq = self.seq, %error, "whether a batch is still in its stream is not known yet");
                    backoff.wait(shutdown).await?;
                }
            }
        }
    }
}

/// While it lives, nobody looks at the streams of a new connection: what is stored meanwhile is seen by that look.
#[derive(Debug)]
pub(super) struct Hold {
    broker: Broker,
    connection: u64,
    _storing: OwnedRwLockReadGuard<()>,
}

impl Hold {
    /// The streams of this connection were looked at.
    pub(super) fn new(broker: &Broker, connection: u64, storing: OwnedRwLockReadGuard<()>) -> Self {
        Self {
            broker: broker.clone(),
            connection,
            _storing: storing,
        }
    }

    /// Whether the connection whose streams were looked at is still there. While there is none, others may have one already,
    /// to a broker that has lost the batch, and give its sequences again.
    pub(super) fn is_current(&self) -> bool {
        let connection = *self.broker.connection().borrow();
        connection.connected && connection.established == self.connection
    }
}
