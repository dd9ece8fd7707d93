//! What two people are to each other: likes, blocks, reports, whether they met, how much of each other they may see.
//!
//! One subject a pair; its last event is the truth, changed by compare-and-set.

mod archived;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{RoomId, Timestamp, UserId};

/// The two people of a pair, the lower id first, so that both directions name the same pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PairKey {
    /// The lower id.
    pub low: UserId,
    /// The higher id.
    pub high: UserId,
}

impl PairKey {
    /// The pair of two different people; `None` for a person and themself.
    pub fn of(one: UserId, other: UserId) -> Option<Self> {
        match one.cmp(&other) {
            std::cmp::Ordering::Less => Some(Self {
                low: one,
                high: other,
            }),
            std::cmp::Ordering::Greater => Some(Self {
                low: other,
                high: one,
            }),
            std::cmp::Ordering::Equal => None,
        }
    }

    /// Both people, the lower first.
    pub fn members(self) -> [UserId; 2] {
        [self.low, self.high]
    }
}

/// Whether both have liked each other at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MutualLike {
    /// Not yet.
    #[default]
    Never,
    /// For the first time, by this very event: it is told from here, and so exactly once.
    Now,
    /// By an earlier event.
    Before,
}

/// The state of a pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// Who they are.
    pub key: PairKey,
    /// The newest room of the two. Whether it is still open, the room says.
    pub room: Option<RoomId>,
    /// Who likes the other, in the order of the key.
    pub likes: [bool; 2],
    /// Who blocks the other, in the order of the key.
    pub blocks: [bool; 2],
    /// Who has reported the other, in the order of the key. Never taken back; an older release wrote none.
    #[serde(default)]
    pub reports: [bool; 2],
    /// How much of each other's profile they see: 0, 1 after a mutual like, 2 after a kept room. Never falls.
    pub reveal_level: u8,
    /// Whether they have ever liked each other, and whether this event made it so.
    #[serde(default)]
    pub mutual_like: MutualLike,
    /// When the matchmaker last brought them together.
    pub last_met_at: Option<Timestamp>,
}

/// What can happen to a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// A new room of the two, opened by one of them.
    Opened(RoomId),
    /// A new room of the two, made by the matchmaker.
    Met {
        /// The room.
        room: RoomId,
        /// When.
        at: Timestamp,
    },
    /// They kept a room.
    Kept,
    /// One likes the other, or takes it back.
    Like {
        /// Who.
        by: UserId,
        /// Whether the like is there afterwards.
        on: bool,
    },
    /// One blocks the other, or takes it back.
    Block {
        /// Who.
        by: UserId,
        /// Whether the block is there afterwards.
        on: bool,
    },
    /// One reports the other.
    Report {
        /// Who.
        by: UserId,
    },
}

/// Why an input was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refused {
    /// One of the two blocks the other: they can have no room.
    #[error("one of the two blocks the other")]
    Blocked,
    /// One of the two has reported the other: the matchmaker does not bring them together.
    #[error("one of the two has reported the other")]
    Reported,
    /// The user is not one of the two.
    #[error("the user is not one of the pair")]
    NotOfThePair,
}

impl Pair {
    /// Two people who have had nothing to do with each other yet.
    pub fn strangers(key: PairKey) -> Self {
        Self {
            key,
            room: None,
            likes: [false; 2],
            blocks: [false; 2],
            reports: [false; 2],
            reveal_level: 0,
            mutual_like: MutualLike::Never,
            last_met_at: None,
        }
    }

    /// Whether one of the two blocks the other.
    pub fn is_blocked(&self) -> bool {
        self.blocks.contains(&true)
    }

    /// Whether one of the two has reported the other.
    pub fn is_reported(&self) -> bool {
        self.reports.contains(&true)
    }

    /// Whether both like each other now.
    pub fn is_mutual_like(&self) -> bool {
        self.likes == [true; 2]
    }

    /// Whether both have ever liked each other at the same time: what the two are told, and what stays when a like is taken
    /// back, so that taking it back is told to nobody.
    pub fn was_mutual_like(&self) -> bool {
        self.mutual_like != MutualLike::Never
    }

    /// The pair after the input; equal to this one where nothing changes.
    ///
    /// # Errors
    /// [`Refused`] where the pair does not allow it.
    pub fn apply(&self, input: Input) -> Result<Self, Refused> {
        let mut next = self.clone();
        match input {
            Input::Opened(_) | Input::Met { .. } if self.is_blocked() => {
                return Err(Refused::Blocked);
            }
            Input::Met { .. } if self.is_reported() => return Err(Refused::Reported),
            Input::Opened(room) => next.room = Some(room),
            Input::Met { room, at } => {
                next.room = Some(room);
                next.last_met_at = Some(at);
            }
            Input::Kept => next.reveal_level = 2,
            Input::Like { by, on } => {
                next.likes[self.side(by)?] = on;
                if next.is_mutual_like() {
                    next.reveal_level = next.reveal_level.max(1);
                    if !self.was_mutual_like() {
                        next.mutual_like = MutualLike::Now;
                    }
                }
            }
            Input::Block { by, on } => next.blocks[self.side(by)?] = on,
            Input::Report { by } => next.reports[self.side(by)?] = true,
        }
        if next != *self && self.mutual_like == MutualLike::Now {
            next.mutual_like = MutualLike::Before;
        }
        Ok(next)
    }

    fn side(&self, user: UserId) -> Result<usize, Refused> {
        let side = self.key.members().iter().position(|member| *member == user);
        side.ok_or(Refused::NotOfThePair)
    }
}

#[cfg(test)]
mod tests;
