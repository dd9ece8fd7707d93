//! What a stream has lost, in a record beside it.
//!
//! Several processes mend a stream at once, and each has something to remember of it. A stream's metadata is always written
//! whole, so that the last one would take away what the others have marked; a record in `EPOCHS` is written by
//! compare-and-set.

use contract::{
    streams::{EPOCHS, StreamSpec},
    subjects,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Broker, Publish, PublishError, ReadError, Skipped};

/// How often a mark is tried again where others are faster.
const ATTEMPTS: usize = 32;

/// The record of one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Losses {
    /// The epoch with which the stream was made. Of another stream of this name, the record says nothing.
    pub made: Uuid,
    /// The stream's epoch now.
    pub epoch: Uuid,
    /// The sequences that lost tails left without messages.
    #[serde(default)]
    pub skipped: Option<Skipped>,
    /// The last such range of which everything that SQL has was put back.
    #[serde(default)]
    pub put_back: Option<Skipped>,
    /// Up to which sequence other messages may stand in the place of lost ones: the epoch says so.
    #[serde(default)]
    pub renewed_up_to: u64,
}

impl Losses {
    /// Of a stream that was made with this epoch.
    pub fn none(made: Uuid) -> Self {
        Self {
            made,
            epoch: made,
            skipped: None,
            put_back: None,
            renewed_up_to: 0,
        }
    }

    /// These sequences stay without messages.
    pub fn skip(self, range: Skipped, epoch: Uuid) -> Self {
        Self {
            epoch,
            skipped: Some(range.joined(self.skipped)),
            ..self
        }
    }

    /// Up to this sequence others may stand in the place of what was lost.
    pub fn renew(self, up_to: u64, epoch: Uuid) -> Self {
        Self {
            epoch,
            renewed_up_to: self.renewed_up_to.max(up_to),
            ..self
        }
    }

    /// Everything that SQL has of this range was put back. Of a range that others have widened since, nothing is known.
    pub fn put_back(self, range: Skipped) -> Self {
        match self.skipped == Some(range) {
            true => Self {
                put_back: Some(range),
                ..self
            },
            false => self,
        }
    }
}

impl Broker {
    /// The record of the stream that was made with this epoch, from the leader, and its sequence; 0: there is none, as
    /// nothing was lost.
    pub(crate) async fn losses(
        &self,
        stream: &StreamSpec,
        made: Uuid,
    ) -> Result<(Losses, u64), ReadError> {
        let subject = subjects::epoch(stream.name);
        let record = self.last_unchecked(&EPOCHS, &subject).await?;
        let Some(record) = record else {
            return Ok((Losses::none(made), 0));
        };
        let losses: Losses =
            serde_json::from_slice(&record.payload).map_err(|error| ReadError::Malformed {
                what: subject,
                reason: error.to_string(),
            })?;
        match losses.made == made {
            true => Ok((losses, record.seq)),
            false => Ok((Losses::none(made), record.seq)),
        }
    }

    /// Changes the record of a stream. What others mark at the same time is not lost.
    pub(crate) async fn mark(
        &self,
        stream: &StreamSpec,
        change: impl Fn(Losses) -> Losses,
    ) -> Result<(), String> {
        for _ in 0..ATTEMPTS {
            let made = self.made_with(stream).await;
            let losses = self.losses(stream, made.map_err(|error| error.to_string())?);
            let (losses, seq) = losses.await.map_err(|error| error.to_string())?;
            let body = serde_json::to_vec(&change(losses)).map_err(|error| error.to_string())?;
            let publish = Publish::new(subjects::epoch(stream.name), body).expecting_last(seq);
            match self.publish(publish).await {
                Ok(_ack) => return Ok(()),
                Err(PublishError::Conflict) => {}
                Err(error) => return Err(error.to_string()),
            }
        }
        Err("others were faster again and again".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_was_marked_is_forgotten() {
        let (made, later) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let range = |first, last| Skipped { first, last };
        let losses = Losses::none(made)
            .skip(range(51, 80), later)
            .renew(90, later)
            .put_back(range(51, 80))
            .renew(70, later)
            .skip(range(61, 100), later);
        assert_eq!(losses.skipped, Some(range(51, 100)));
        assert_eq!(losses.put_back, Some(range(51, 80)), "not of all of it");
        let all = losses.put_back(range(51, 100));
        let late = all.put_back(range(51, 80));
        assert_eq!(
            late.put_back,
            Some(range(51, 100)),
            "who is slow takes nothing back"
        );
        assert_eq!(losses.renewed_up_to, 90);
        assert_eq!((losses.made, losses.epoch), (made, later));
    }

    #[test]
    fn the_record_is_read_as_it_is_on_disks_by_this_release_and_the_next() {
        let record = r#"{"made":"00000000-0000-0000-0000-000000000001","epoch":"00000000-0000-0000-0000-000000000002","skipped":{"first":51,"last":80},"put_back":null,"renewed_up_to":90,"of_a_newer_release":1}"#;
        let losses: Losses = serde_json::from_str(record).expect("a record");
        let written = serde_json::to_value(losses).expect("a record");
        let mut kept: serde_json::Value = serde_json::from_str(record).expect("a record");
        kept.as_object_mut()
            .expect("an object")
            .remove("of_a_newer_release");
        assert_eq!(written, kept);
        assert_eq!(
            losses.skipped,
            Some(Skipped {
                first: 51,
                last: 80
            })
        );
    }
}
