//! Atomic batches: several subjects of one stream change together or not at all.
//!
//! The protocol is NATS' ADR-50: each message names the batch and its place in it, the last one commits.

use async_nats::HeaderMap;
use uuid::Uuid;

use crate::{Ack, Broker, Publish, PublishError};

/// One part of an atomic batch.
pub type BatchEntry = Publish;

impl Broker {
    /// Publishes all entries, or none. One entry alone goes as a plain publish, which is cheaper.
    ///
    /// # Errors
    /// [`PublishError::Conflict`] where any expected sequence was wrong; nothing is stored then.
    pub async fn publish_batch(&self, mut entries: Vec<BatchEntry>) -> Result<Ack, PublishError> {
        let Some(last) = entries.pop() else {
            return Err(PublishError::Rejected("an empty batch".to_owned()));
        };
        if entries.is_empty() {
            return self.publish(last).await;
        }
        // Parts of a batch that wait for a connection would reach the next one as a batch without its end.
        self.checked_now().await?;
        let batch_id = Uuid::now_v7().simple().to_string();
        let count = entries.len();
        for (index, entry) in entries.into_iter().enumerate() {
            let headers = with_batch(entry.headers(), &batch_id, index + 1);
            self.client
                .publish_with_headers(entry.subject, headers, entry.payload)
                .await
                .map_err(|error| PublishError::Unavailable(error.to_string()))?;
        }
        let mut headers = with_batch(last.headers(), &batch_id, count + 1);
        headers.insert("Nats-Batch-Commit", "1");
        self.publish_raw(last.subject, last.payload, headers).await
    }
}

fn with_batch(mut headers: HeaderMap, batch_id: &str, sequence: usize) -> HeaderMap {
    headers.insert("Nats-Batch-Id", batch_id);
    headers.insert("Nats-Batch-Sequence", sequence.to_string());
    headers
}
