//! How far streams and consumers are.

use contract::{consumers::ConsumerSpec, streams::StreamSpec};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::{Broker, ReadError, read::unavailable, request::Answer};

/// Under this key a stream's metadata carries its epoch.
pub(crate) const EPOCH: &str = "webchat.epoch";

/// Under this key it carries the sequences that a lost tail left without messages, as `first-last`.
pub(crate) const SKIPPED: &str = "webchat.skipped";

/// Under this key it carries the last such range of which everything that SQL has was put back.
pub(crate) const PUT_BACK: &str = "webchat.put-back";

/// Under this key it carries up to which sequence other messages may stand in the place of lost ones: its epoch says so.
pub(crate) const RENEWED: &str = "webchat.renewed";

/// Sequences that no message of the stream has and none will get: the stream had lost what stood there, and SQL may
/// have it still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skipped {
    /// The first one.
    pub first: u64,
    /// The last one.
    pub last: u64,
}

impl Skipped {
    /// One range that covers both where they touch; else the later one.
    pub(crate) fn joined(self, earlier: Option<Self>) -> Self {
        match earlier {
            Some(earlier) if earlier.last + 1 >= self.first => Self {
                first: earlier.first.min(self.first),
                last: earlier.last.max(self.last),
            },
            _ => self,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let (first, last) = text.split_once('-')?;
        Some(Self {
            first: first.parse().ok()?,
            last: last.parse().ok()?,
        })
    }
}

impl std::fmt::Display for Skipped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

/// How far a stream reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamState {
    /// The first sequence that is still there; one above the last where it is empty.
    pub first_seq: u64,
    /// The last sequence that was given.
    pub last_seq: u64,
    /// Changes when the stream was made anew; nil for streams without one.
    pub epoch: Uuid,
    /// What its last loss of a tail left empty.
    pub skipped: Option<Skipped>,
    /// Whether everything that SQL has of that was put back ([`Broker::mark_put_back`]).
    pub put_back: bool,
    /// Up to which sequence others may stand in the place of lost messages, by its present epoch ([`Broker::renew`]).
    pub renewed_up_to: u64,
}

impl StreamState {
    /// Whether everybody who compares epochs knows that another message may stand at this sequence.
    pub fn has_renewed(&self, seq: u64) -> bool {
        seq <= self.renewed_up_to
    }
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
            Answer::Given(info) => {
                let metadata = |key: &str| info.config.metadata.get(key);
                let epoch = metadata(EPOCH).and_then(|epoch| Uuid::parse_str(epoch).ok());
                Ok(StreamState {
                    first_seq: info.state.first_seq,
                    last_seq: info.state.last_seq,
                    epoch: epoch.unwrap_or_default(),
                    skipped: metadata(SKIPPED).and_then(|skipped| Skipped::parse(skipped)),
                    put_back: metadata(SKIPPED) == metadata(PUT_BACK),
                    renewed_up_to: metadata(RENEWED).map_or(0, |seq| seq.parse().unwrap_or(0)),
                })
            }
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

    /// Up to which sequence of its stream a consumer has done everything; 0 where it does not exist yet. Sequences that
    /// were skipped count as done: nothing stands there.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn floor_of(&self, consumer: &ConsumerSpec) -> Result<u64, ReadError> {
        let Some(state) = self.consumer_state(consumer).await? else {
            return Ok(0);
        };
        let skipped = self.stream_state(&consumer.stream).await?.skipped;
        Ok(skipped.map_or(state.done_up_to(), |skipped| state.done_over(skipped)))
    }
}

impl ConsumerState {
    fn is_idle(&self) -> bool {
        self.pending == 0 && self.unacknowledged == 0
    }

    /// Up to which sequence everything is done. The server's floor stays behind for ever where a message was taken out of the stream while it was being worked
    /// on. Where nothing is left to do, everything that was delivered is done.
    pub fn done_up_to(&self) -> u64 {
        if self.is_idle() {
            self.floor.max(self.delivered)
        } else {
            self.floor
        }
    }

    fn done_over(&self, skipped: Skipped) -> u64 {
        let done = self.done_up_to();
        if self.is_idle() || done + 1 >= skipped.first {
            done.max(skipped.last)
        } else {
            done
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done_to(floor: u64, pending: u64) -> ConsumerState {
        ConsumerState {
            floor,
            delivered: floor,
            pending,
            unacknowledged: 0,
        }
    }

    #[test]
    fn what_was_skipped_counts_as_done_once_everything_before_it_is() {
        let skipped = Skipped {
            first: 51,
            last: 80,
        };
        assert_eq!(done_to(40, 10).done_over(skipped), 40);
        assert_eq!(done_to(50, 3).done_over(skipped), 80);
        assert_eq!(done_to(49, 0).done_over(skipped), 80, "50 was deleted");
        assert_eq!(done_to(90, 0).done_over(skipped), 90);
    }

    #[test]
    fn a_floor_that_stays_behind_counts_only_while_there_is_work() {
        let behind = |pending, unacknowledged| ConsumerState {
            floor: 21,
            delivered: 31,
            pending,
            unacknowledged,
        };
        assert_eq!(behind(0, 0).done_up_to(), 31);
        assert_eq!(behind(1, 0).done_up_to(), 21);
        assert_eq!(behind(0, 1).done_up_to(), 21);
    }

    #[test]
    fn two_losses_that_touch_are_one() {
        let range = |first, last| Skipped { first, last };
        assert_eq!(range(61, 100).joined(Some(range(51, 80))), range(51, 100));
        assert_eq!(range(61, 100).joined(Some(range(10, 20))), range(61, 100));
        assert_eq!(range(61, 100).joined(None), range(61, 100));
        assert_eq!(Skipped::parse(&range(3, 4).to_string()), Some(range(3, 4)));
    }
}
