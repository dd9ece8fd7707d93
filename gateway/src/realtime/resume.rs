//! Whether a client that comes back can get everything it missed.

use broker::Skipped;
use contract::problem::Code;
use domain::{FieldError, MessageId};
use serde::Deserialize;
use uuid::Uuid;

use crate::error::ApiError;

/// The query of a chat socket, as it stands in the URL.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ResumeQuery {
    after: Option<String>,
    epoch: Option<String>,
    id: Option<String>,
}

/// What a client says it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// Everything up to here.
    pub after: u64,
    /// In the stream of this epoch.
    pub epoch: Option<Uuid>,
    /// The message there. A stream that lost its end without anybody's knowledge keeps its epoch, and has another one there.
    pub id: Option<MessageId>,
}

/// What there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Available {
    /// The stream's epoch.
    pub epoch: Uuid,
    /// The room's newest message.
    pub last_seq: u64,
    /// The first sequence that the stream still has.
    pub stream_begins: u64,
    /// The database has everything up to here.
    pub floor: u64,
    /// Where the stream has lost what the database has.
    pub hole: Option<Skipped>,
}

/// How a client catches up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resume {
    /// It misses nothing, or did not ask.
    Nothing,
    /// The stream has everything after this.
    FromStream(u64),
    /// The database has what the stream has forgotten or lost after this.
    FromDatabase(u64),
    /// It has to read the history again.
    Lost,
}

impl ResumeQuery {
    /// The claim, if there is one. An epoch alone claims nothing.
    ///
    /// # Errors
    /// `validation_failed` where a value is not what it should be.
    pub fn claim(&self) -> Result<Option<Claim>, ApiError> {
        let mut faults = Vec::new();
        let after = self
            .after
            .as_deref()
            .map(str::parse::<u64>)
            .transpose()
            .unwrap_or_else(|_| {
                faults.push(FieldError::new(
                    "after",
                    "not_a_sequence",
                    "Give the sequence of a message.",
                ));
                None
            });
        let mut uuid = |field: &'static str, given: Option<&str>, detail: &'static str| {
            given.map(Uuid::parse_str).transpose().unwrap_or_else(|_| {
                faults.push(FieldError::new(field, "not_a_uuid", detail));
                None
            })
        };
        let epoch = self.epoch.as_deref();
        let epoch = uuid("epoch", epoch, "Give the epoch of an earlier hello.");
        let id = self.id.as_deref();
        let id = uuid("id", id, "Give the id of the message at `after`.").map(MessageId);
        if !faults.is_empty() {
            let detail = "The socket's address is wrong; correct the named parameters.";
            return Err(ApiError::new(Code::ValidationFailed, detail).with_errors(faults));
        }
        Ok(after.map(|after| Claim { after, epoch, id }))
    }
}

/// Decides how a client catches up.
pub fn decide(claim: Option<Claim>, available: Available) -> Resume {
    let Some(Claim { after, epoch, .. }) = claim else {
        return Resume::Nothing;
    };
    if epoch != Some(available.epoch) || after > available.last_seq {
        return Resume::Lost;
    }
    let begins_before = available.stream_begins <= after.saturating_add(1);
    let has_lost_some = available.hole.is_some_and(|hole| after < hole.last);
    let is_in_database = available.floor.saturating_add(1) >= available.stream_begins;
    match after {
        _ if after == available.last_seq => Resume::Nothing,
        _ if begins_before && !has_lost_some => Resume::FromStream(after),
        _ if begins_before || is_in_database => Resume::FromDatabase(after),
        _ => Resume::Lost,
    }
}

/// Whether a replay misses nothing at its beginning, where `before_first` is the message before the first one that was
/// read: the stream may have lost some of it since the decision.
pub fn begins_whole(after: u64, before_first: Option<u64>) -> bool {
    before_first.is_none_or(|before| before <= after)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EPOCH: Uuid = Uuid::from_u128(7);

    #[test]
    fn every_way_back_is_decided() {
        let full = Available {
            epoch: EPOCH,
            last_seq: 50,
            stream_begins: 1,
            floor: 40,
            hole: None,
        };
        let aged = Available {
            stream_begins: 31,
            ..full
        };
        let lost = Available { floor: 29, ..aged };
        let torn = Available {
            hole: Some(Skipped {
                first: 21,
                last: 30,
            }),
            ..full
        };
        let known = Some(EPOCH);
        let cases = [
            (
                "who asks for nothing misses nothing",
                None,
                full,
                Resume::Nothing,
            ),
            (
                "the stream has it all",
                Some((20, known)),
                full,
                Resume::FromStream(20),
            ),
            (
                "also from the beginning",
                Some((0, known)),
                full,
                Resume::FromStream(0),
            ),
            (
                "nothing is missed",
                Some((50, known)),
                full,
                Resume::Nothing,
            ),
            ("beyond the end", Some((51, known)), full, Resume::Lost),
            ("without an epoch", Some((20, None)), full, Resume::Lost),
            (
                "another stream",
                Some((20, Some(Uuid::from_u128(8)))),
                full,
                Resume::Lost,
            ),
            (
                "the stream begins right after",
                Some((30, known)),
                aged,
                Resume::FromStream(30),
            ),
            (
                "the database fills",
                Some((29, known)),
                aged,
                Resume::FromDatabase(29),
            ),
            (
                "the database fills the stream's hole",
                Some((20, known)),
                torn,
                Resume::FromDatabase(20),
            ),
            (
                "also from before it",
                Some((10, known)),
                torn,
                Resume::FromDatabase(10),
            ),
            (
                "behind it the stream has it all",
                Some((30, known)),
                torn,
                Resume::FromStream(30),
            ),
            (
                "the database has a hole",
                Some((20, known)),
                lost,
                Resume::Lost,
            ),
        ];
        for (name, claim, available, expected) in cases {
            let claim = claim.map(|(after, epoch)| Claim {
                after,
                epoch,
                id: None,
            });
            assert_eq!(decide(claim, available), expected, "{name}");
        }
    }

    #[test]
    fn a_replay_that_lost_its_beginning_meanwhile_is_not_whole() {
        assert!(begins_whole(20, Some(20)));
        assert!(begins_whole(20, Some(17)), "20 is no message of this room");
        assert!(begins_whole(20, None), "nothing was missed");
        assert!(!begins_whole(20, Some(21)));
    }

    #[test]
    fn a_claim_is_read_strictly() {
        let query = |[after, epoch, id]: [Option<&str>; 3]| ResumeQuery {
            after: after.map(str::to_owned),
            epoch: epoch.map(str::to_owned),
            id: id.map(str::to_owned),
        };
        assert_eq!(query([None; 3]).claim(), Ok(None));
        let claim = Claim {
            after: 3,
            epoch: None,
            id: None,
        };
        assert_eq!(query([Some("3"), None, None]).claim(), Ok(Some(claim)));
        for wrong in [
            [Some("-1"), None, None],
            [Some("x"), None, None],
            [Some("3"), Some("x"), None],
            [Some("3"), None, Some("x")],
        ] {
            assert_eq!(
                query(wrong).claim().unwrap_err().code,
                Code::ValidationFailed
            );
        }
    }
}
