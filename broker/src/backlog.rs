//! What waits for a consumer, and for how long.

use std::time::Duration;

use contract::consumers::ConsumerSpec;
use domain::Timestamp;
use serde_json::json;

use crate::{Broker, ReadError};

/// What a consumer has not done yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// Messages that wait for their first delivery.
    pub pending: u64,
    /// Messages that are delivered and not acknowledged.
    pub unacknowledged: u64,
    /// How long the oldest of both has stood in its stream, by the broker's clock.
    pub age: Duration,
}

impl Broker {
    /// What waits for a consumer; `None` where it does not exist yet. Needs no right but to read.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn backlog(&self, consumer: &ConsumerSpec) -> Result<Option<Backlog>, ReadError> {
        let Some(state) = self.consumer_state(consumer).await? else {
            return Ok(None);
        };
        let oldest = match state.pending + state.unacknowledged {
            0 => None,
            _ => self.oldest_after(consumer, state.floor).await?,
        };
        Ok(Some(Backlog {
            pending: state.pending,
            unacknowledged: state.unacknowledged,
            age: oldest.map_or(Duration::ZERO, |oldest| self.clock().now().since(oldest)),
        }))
    }

    /// When the stream stored the first of the consumer's messages above a sequence.
    async fn oldest_after(
        &self,
        consumer: &ConsumerSpec,
        floor: u64,
    ) -> Result<Option<Timestamp>, ReadError> {
        let mut oldest = None;
        for filter in consumer.filters {
            let query = json!({ "seq": floor + 1, "next_by_subj": filter });
            if let Some(first) = self.get_from_leader(&consumer.stream, query).await? {
                oldest = Some(oldest.map_or(first.stored_at, |known| first.stored_at.min(known)));
            }
        }
        Ok(oldest)
    }
}
