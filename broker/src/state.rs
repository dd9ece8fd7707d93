//! How far streams and consumers are.

use contract::{consumers::ConsumerSpec, streams::StreamSpec};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::{Broker, ReadError, read::unavailable, request::Answer};

/// Under this key a stream's metadata carries its epoch.
pub(crate) const EPOCH: &str = "webchat.epoch";

/// How far a stream reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamState {
    /// The first sequence that is still there; one above the last where it is empty.
    pub first_seq: u64,
    /// The last sequence that was given.
    pub last_seq: u64,
    /// Changes when the stream was made anew; nil for streams without one.
    pub epoch: Uuid,
}

/// How far a consumer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsumerState {
    /// Everything up to this stream sequence is done.
    pub floor: u64,
    /// The highest stream sequence that was ever delivered.
    pub delivered: u64,
    /// Messages that wait for their first delivery.
    pub pending: u64,
    /// Messages that are delivered and not acknowledged.
    pub unacknowledged: u64,
}

impl Broker {
    /// How far a stream reaches, and its epoch.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn stream_state(&self, stream: &StreamSpec) -> Result<StreamState, ReadError> {
        #[derive(Deserialize)]
        struct Info {
            config: Config,
            state: State,
        }
        #[derive(Deserialize)]
        struct Config {
            #[serde(default)]
            metadata: std::collections::HashMap<String, String>,
        }
        #[derive(Deserialize)]
        struct State {
            first_seq: u64,
            last_seq: u64,
        }
        let subject = format!("$JS.API.STREAM.INFO.{}", stream.name);
        match self.ask::<Info>(subject, &json!({})).await? {
            Answer::Refused { error } => Err(unavailable(&error)),
            Answer::Given(info) => Ok(StreamState {
                first_seq: info.state.first_seq,
                last_seq: info.state.last_seq,
                epoch: info
                    .config
                    .metadata
                    .get(EPOCH)
                    .and_then(|epoch| Uuid::parse_str(epoch).ok())
                    .unwrap_or_default(),
            }),
        }
    }

    /// How far a consumer is; `None` where it does not exist yet.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn consumer_state(
        &self,
        consumer: &ConsumerSpec,
    ) -> Result<Option<ConsumerState>, ReadError> {
        const NO_CONSUMER: u32 = 10014;
        #[derive(Deserialize)]
        struct Info {
            ack_floor: Sequence,
            delivered: Sequence,
            num_pending: u64,
            num_ack_pending: u64,
        }
        #[derive(Deserialize)]
        struct Sequence {
            stream_seq: u64,
        }
        let subject = format!(
            "$JS.API.CONSUMER.INFO.{}.{}",
            consumer.stream.name, consumer.name
        );
        match self.ask::<Info>(subject, &json!({})).await? {
            Answer::Given(info) => Ok(Some(ConsumerState {
                floor: info.ack_floor.stream_seq,
                delivered: info.delivered.stream_seq,
                pending: info.num_pending,
                unacknowledged: info.num_ack_pending,
            })),
            Answer::Refused { error } if error.err_code == NO_CONSUMER => Ok(None),
            Answer::Refused { error } => Err(unavailable(&error)),
        }
    }
}
