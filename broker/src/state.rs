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

/// Sequences of messages that the stream has lost, and SQL may have still. Others may stand among them: between two
/// losses, or written while the stream was moved past one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skipped {
    /// The first one.
    pub first: u64,
    /// The last one.
    pub last: u64,
}

impl Skipped {
    /// One range that covers both, and what stands between them: what was skipped earlier is not forgotten.
    pub(crate) fn joined(self, earlier: Option<Self>) -> Self {
        earlier.map_or(self, |earlier| Self {
            first: earlier.first.min(self.first),
            last: earlier.last.max(self.last),
        })
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
    /// From the first sequence that a loss of a tail left empty to the last one.
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

    /// Where SQL may have what the stream has lost, although the stream seems to reach back that far. `None` once all that
    /// it has came later: then it has forgotten, as streams do.
    pub fn hole(&self) -> Option<Skipped> {
        let behind = |skipped: &Skipped| self.first_seq > skipped.last + 1;
        self.skipped.filter(|skipped| !behind(skipped))
    }
}

/// How far a consumer's work is, and in which stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Floor {
    /// Everything up to here is done.
    pub seq: u64,
    /// The stream's epoch.
    pub epoch: Uuid,
    /// The stream's [`StreamState::hole`].
    pub hole: Option<Skipped>,
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
    /// were skipped count as done where nothing stands there.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn floor_of(&self, consumer: &ConsumerSpec) -> Result<Floor, ReadError> {
        let stream = self.stream_state(&consumer.stream).await?;
        let floor = |seq| Floor {
            seq,
            epoch: stream.epoch,
            hole: stream.hole(),
        };
        let Some(state) = self.consumer_state(consumer).await? else {
            return Ok(floor(0));
        };
        let done = state.done_up_to();
        match stream.skipped {
            Some(skipped) if done < skipped.last => {
                let next = self.next_for(consumer, done + 1).await?;
                Ok(floor(done_over(done, skipped, stream.last_seq, next)))
            }
            _ => Ok(floor(done)),
        }
    }

    /// The first sequence from this one on at which something stands for the consumer, by the stream's leader.
    async fn next_for(&self, consumer: &ConsumerSpec, from: u64) -> Result<Option<u64>, ReadError> {
        let mut first: Option<u64> = None;
        for subject in consumer.filters {
            let next = self.next(&consumer.stream, subject, from).await?;
            let next = next.map(|record| record.seq);
            first = first.into_iter().chain(next).min();
        }
        Ok(first)
    }
}

impl ConsumerState {
    /// Up to which sequence everything is done. The server's floor stays behind for ever where a message was taken out of the stream while it was being worked
    /// on. Where nothing is left to do, everything that was delivered is done.
    pub fn done_up_to(&self) -> u64 {
        let is_idle = self.pending == 0 && self.unacknowledged == 0;
        if is_idle {
            self.floor.max(self.delivered)
        } else {
            self.floor
        }
    }
}

/// Whoever has done everything up to `done`, of a stream that had reached `end` before `next` was looked for: the first
/// message after `done` that is theirs.
fn done_over(done: u64, skipped: Skipped, end: u64, next: Option<u64>) -> u64 {
    let nothing_up_to = next.map_or(end, |next| next - 1);
    done.max(skipped.last.min(nothing_up_to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(first: u64, last: u64) -> Skipped {
        Skipped { first, last }
    }

    #[test]
    fn what_was_skipped_counts_as_done_up_to_the_first_that_is_not() {
        let over = |done, end, next| done_over(done, range(51, 80), end, next);
        assert_eq!(over(40, 90, Some(41)), 40);
        assert_eq!(over(50, 90, Some(85)), 80);
        assert_eq!(over(49, 80, None), 80, "50 was deleted");
        assert_eq!(over(50, 90, Some(60)), 59, "written between two fillers");
        assert_eq!(over(50, 64, None), 64, "others may still write before 80");
        assert_eq!(over(90, 90, None), 90);
    }

    #[test]
    fn a_hole_is_one_while_the_stream_reaches_back_to_it() {
        let state = |first_seq, skipped| StreamState {
            first_seq,
            last_seq: 100,
            epoch: Uuid::nil(),
            skipped,
            put_back: false,
            renewed_up_to: 0,
        };
        let hole = range(51, 80);
        assert_eq!(state(1, None).hole(), None);
        assert_eq!(state(40, Some(hole)).hole(), Some(hole));
        assert_eq!(state(81, Some(hole)).hole(), Some(hole), "all was lost");
        assert_eq!(state(82, Some(hole)).hole(), None);
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
    fn an_earlier_loss_is_not_forgotten() {
        assert_eq!(range(61, 100).joined(Some(range(51, 80))), range(51, 100));
        assert_eq!(range(61, 100).joined(Some(range(10, 20))), range(10, 100));
        assert_eq!(range(61, 100).joined(None), range(61, 100));
        assert_eq!(Skipped::parse(&range(3, 4).to_string()), Some(range(3, 4)));
    }
}
