//! What is learned from: rooms that both have decided.

use serde::{Deserialize, Serialize};

use super::{Person, Portrait};
use crate::{RoomId, UserId};

/// A decided room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The place of the outcome in its stream: outcomes are learned in this order.
    pub seq: u64,
    /// The room.
    pub room: RoomId,
    /// One member.
    pub one: UserId,
    /// The other member.
    pub other: UserId,
    /// Whether `one` wants to keep `other`.
    pub one_keeps: bool,
    /// Whether `other` wants to keep `one`.
    pub other_keeps: bool,
}

/// Why nothing was learned from an outcome.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    thiserror::Error,
)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// Its place in the stream is not after the last one that was learned.
    #[error("the outcome is already applied")]
    AlreadyApplied,
    /// The room's outcome has been learned under another place.
    #[error("the room's outcome is already applied")]
    RoomAlreadyApplied,
    /// Both members are the same person.
    #[error("nobody meets themself")]
    SamePerson,
}

impl Outcome {
    /// Who decided about whom, and whether they keep them. The portraits are those of `one` and `other`.
    pub(super) fn decisions<'a>(
        &self,
        one: &'a Portrait,
        other: &'a Portrait,
    ) -> [(Person<'a>, Person<'a>, bool); 2] {
        let one = Person {
            user: self.one,
            portrait: one,
        };
        let other = Person {
            user: self.other,
            portrait: other,
        };
        [(one, other, self.one_keeps), (other, one, self.other_keeps)]
    }
}
