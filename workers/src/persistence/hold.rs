//! A batch is stored only while its stream is the one that it was taken from.
//!
//! A batch may wait in this process while the broker goes and comes back with an older copy of its files. What the copy
//! lacks may be given to other messages under the same sequences, so it is not stored any more: it comes again, or is lost
//! with the stream and not in SQL either.

use bootstrap::Shutdown;
use broker::{Broker, consume::Delivery};
use bytes::Bytes;
use contract::streams::StreamSpec;
use domain::Timestamp;
use tokio::sync::OwnedRwLockReadGuard;

use super::backoff::{Backoff, Stopped};

/// The newest message of a batch: where the stream has it, it has the others, or had reason to remove them.
#[derive(Debug, Clone)]
pub(super) struct Newest {
    stream: StreamSpec,
    subject: String,
    seq: u64,
    stored_at: Timestamp,
    payload: Bytes,
}

impl Newest {
    /// `None` for an empty batch.
    pub(super) fn of(stream: StreamSpec, batch: &[Delivery]) -> Option<Self> {
        let newest = batch.iter().max_by_key(|delivery| delivery.seq)?;
        Some(Self {
            stream,
            subject: newest.subject.clone(),
            seq: newest.seq,
            stored_at: newest.stored_at,
            payload: newest.payload.clone(),
        })
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

    /// The connection whose streams were looked at.
    pub(super) fn connection(&self) -> u64 {
        self.connection
    }

    /// Whether the connection whose streams were looked at is still there. While there is none, others may have one already,
    /// to a broker that has lost the batch, and give its sequences again.
    pub(super) fn is_current(&self) -> bool {
        let connection = *self.broker.connection().borrow();
        connection.connected && connection.established == self.connection
    }
}
