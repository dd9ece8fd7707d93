//! Whether `LIFE` still has what an archive shows of it.
//!
//! Sequences alone do not tell: where the server came back with an older copy, timers and matchmakers write on the lost
//! ones. A row of the archive is whole where the stream has its event, at the row's sequence or put back behind it.

use std::time::Duration;

use contract::{streams::LIFE, subjects};
use domain::{
    pair::Pair,
    room::{Phase, Room},
};
use serde::{Serialize, de::DeserializeOwned};

use super::{ENDED_ROOM_TTL, Versioned, decode};
use crate::{Broker, ReadError, Record};

/// An ended room may be gone this much earlier than the broker's clock says.
const MARGIN: Duration = Duration::from_secs(600);

/// What the stream has of a row of the archive.
#[derive(Debug, Clone, PartialEq)]
pub enum Standing<T> {
    /// The row's event, or something that came of it; or it went in its time.
    Whole,
    /// Nothing.
    Absent,
    /// Something else: an older state, or what became of one.
    Replaced(Versioned<T>),
    /// Something else, and another event of the same subject at the row's very sequence: of an older state, unless the row
    /// is wrong.
    Contradicted(Versioned<T>),
}

impl Broker {
    /// How a room stands in the stream that an archive shows by its event at `seq`. Read from the leader.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn standing_of_room(
        &self,
        archived: &Room,
        seq: u64,
    ) -> Result<Standing<Room>, ReadError> {
        let subject = subjects::life_room(archived.id);
        let standing = self.standing(&subject, seq, |room: &Room, is_last| {
            room.is_archived_as(archived) || (is_last && room.bears_outcome_of(archived))
        });
        match (standing.await?, archived.phase) {
            (Standing::Absent, Phase::Ended { at, .. })
                if self.clock().now().since(at) + MARGIN >= ENDED_ROOM_TTL =>
            {
                Ok(Standing::Whole)
            }
            (standing, _) => Ok(standing),
        }
    }

    /// How a pair stands in the stream that an archive shows by its event at `seq`. Read from the leader.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn standing_of_pair(
        &self,
        archived: &Pair,
        seq: u64,
    ) -> Result<Standing<Pair>, ReadError> {
        let subject = subjects::life_pair(archived.key);
        let is_it = |pair: &Pair, _| pair.is_archived_as(archived);
        self.standing(&subject, seq, is_it).await
    }

    /// From the row's event on each event is looked at, as later ones build on it.
    async fn standing<T: DeserializeOwned + Serialize>(
        &self,
        subject: &str,
        seq: u64,
        is_it: impl Fn(&T, bool) -> bool,
    ) -> Result<Standing<T>, ReadError> {
        let Some(last) = self.last(&LIFE, subject).await? else {
            return Ok(Standing::Absent);
        };
        let Some(newest) = understood::<T>(&last)? else {
            return Ok(Standing::Whole);
        };
        if last.seq >= seq && is_it(&newest.value, true) {
            return Ok(Standing::Whole);
        }
        let (mut from, mut is_contradicted) = (seq, last.seq == seq);
        while from < last.seq {
            let Some(event) = self.next(&LIFE, subject, from).await? else {
                break;
            };
            let event_is_it = understood::<T>(&event)?.is_none_or(|it| is_it(&it.value, false));
            if event_is_it {
                return Ok(Standing::Whole);
            }
            is_contradicted |= event.seq == seq;
            from = event.seq + 1;
        }
        Ok(match is_contradicted {
            true => Standing::Contradicted(newest),
            false => Standing::Replaced(newest),
        })
    }
}

/// `None` for an event that this release cannot read: nothing is written over it.
fn understood<T: DeserializeOwned + Serialize>(
    record: &Record,
) -> Result<Option<Versioned<T>>, ReadError> {
    match decode(record) {
        Ok(event) => Ok(Some(event)),
        Err(error @ (ReadError::Malformed { .. } | ReadError::Newer { .. })) => {
            tracing::warn!(subject = %record.subject, seq = record.seq, %error, "an event cannot be compared with the archive");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
