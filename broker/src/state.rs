//! How far streams and consumers are.

use std::collections::HashMap;

use contract::{consumers::ConsumerSpec, streams::StreamSpec};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::{Broker, ReadError, Skipped, losses::Losses, read::unavailable, request::Answer};

/// Under this key a stream's metadata carries the epoch with which it was made.
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

/// What the server says of a stream.
#[derive(Deserialize)]
struct Info {
    config: Config,
    state: State,
}

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    metadata: HashMap<String, String>,
}

#[derive(Deserialize)]
struct State {
    first_seq: u64,
    last_seq: u64,
}

impl Info {
    fn made_with(&self) -> Uuid {
        let epoch = self.config.metadata.get(EPOCH);
        epoch
            .and_then(|epoch| Uuid::parse_str(epoch).ok())
            .unwrap_or_default()
    }
}

impl Broker {
    /// How far a stream reaches, and its epoch.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn stream_state(&self, stream: &StreamSpec) -> Result<StreamState, ReadError> {
        let info = self.stream_info(stream).await?;
        let made = info.made_with();
        // Read last: a stream that was mended is marked before it reaches as far again.
        let (losses, _) = match stream.has_epoch {
            true => self.losses(stream, made).await?,
            false => (Losses::none(made), 0),
        };
        Ok(StreamState {
            first_seq: info.state.first_seq,
            last_seq: info.state.last_seq,
            epoch: losses.epoch,
            skipped: losses.skipped,
            put_back: losses.skipped == losses.put_back,
            renewed_up_to: losses.renewed_up_to,
        })
    }

    /// The epoch with which the stream was made; nil for streams without one.
    pub(crate) async fn made_with(&self, stream: &StreamSpec) -> Result<Uuid, ReadError> {
        Ok(self.stream_info(stream).await?.made_with())
    }

    async fn stream_info(&self, stream: &StreamSpec) -> Result<Info, ReadError> {
        let subject = format!("$JS.API.STREAM.INFO.{}", stream.name);
        match self.ask::<Info>(subject, &json!({})).await? {
            Answer::Refused { error } => Err(unavailable(&error)),
            Answer::Given(info) => Ok(info),
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
                Ok(floor(skipped.done_over(done, stream.last_seq, next)))
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

#[cfg(test)]
mod tests {
    use super::*;

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
        let hole = Skipped {
            first: 51,
            last: 80,
        };
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
}
