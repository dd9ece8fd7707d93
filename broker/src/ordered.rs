//! Following a stream in order, for one process: first the last message of each subject, then everything new.

use std::time::Duration;

use async_nats::jetstream::consumer::{DeliverPolicy, pull};
use contract::streams::StreamSpec;
use domain::Timestamp;
use futures_util::StreamExt;

use crate::{Broker, ConnectError, Record};

/// An ordered view of some subjects. The client library mends gaps; where it cannot, [`Ordered::next`] says so.
pub struct Ordered {
    stream: pull::Ordered,
    /// How many messages there were to read when it was opened: after as many, the view is complete.
    pub backlog: u64,
}

impl std::fmt::Debug for Ordered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ordered").finish_non_exhaustive()
    }
}

impl Broker {
    /// Opens an ordered view from the last message of each subject on.
    ///
    /// # Errors
    /// [`ConnectError::Provision`].
    pub async fn follow(
        &self,
        stream: &StreamSpec,
        filters: &[&str],
    ) -> Result<Ordered, ConnectError> {
        let refused = |reason: String| ConnectError::Provision {
            what: format!("an ordered view of {}", stream.name),
            reason,
        };
        let config = pull::OrderedConfig {
            filter_subjects: filters.iter().map(|&filter| filter.to_owned()).collect(),
            deliver_policy: DeliverPolicy::LastPerSubject,
            max_expires: Duration::from_secs(10),
            ..pull::OrderedConfig::default()
        };
        let consumer = self
            .jetstream
            .create_consumer_on_stream(config, stream.name)
            .await
            .map_err(|error| refused(error.to_string()))?;
        let backlog = consumer.cached_info().num_pending;
        let stream = consumer
            .messages()
            .await
            .map_err(|error| refused(error.to_string()))?;
        Ok(Ordered { stream, backlog })
    }
}

impl Ordered {
    /// The next message. `None` when the view broke: open a new one and begin anew.
    pub async fn next(&mut self) -> Option<Record> {
        match self.stream.next().await? {
            Ok(message) => {
                let info = match message.info() {
                    Ok(info) => info,
                    Err(error) => {
                        tracing::error!(%error, "a message without its reply subject");
                        return None;
                    }
                };
                Some(Record {
                    seq: info.stream_sequence,
                    stored_at: Timestamp::from_datetime(info.published),
                    subject: message.subject.to_string(),
                    payload: message.payload.clone(),
                })
            }
            Err(error) => {
                tracing::warn!(%error, "an ordered view broke");
                None
            }
        }
    }
}
