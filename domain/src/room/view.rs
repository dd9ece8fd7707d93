//! What one member may know of a room.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Phase, Reason, Room, Vote};
use crate::{Timestamp, UserId};

/// The name of a phase, as clients see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoomState {
    /// Nothing runs yet.
    Idle,
    /// The conversation's time runs.
    Countdown,
    /// Both decide.
    Notification,
    /// It stays.
    Kept,
    /// It is over.
    Ended,
}

impl RoomState {
    /// The name as it stands in JSON and SQL.
    pub fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Countdown => "countdown",
            Self::Notification => "notification",
            Self::Kept => "kept",
            Self::Ended => "ended",
        }
    }
}

/// How a room came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It stays.
    Kept,
    /// It is over.
    Ended,
}

/// A room as one member may see it. Two states with equal views cannot be told apart by that member; whatever is sent
/// to a member is derived from this, and only when it changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// The phase.
    pub state: RoomState,
    /// The end of the phase.
    pub ends_at: Option<Timestamp>,
    /// The member's own answer.
    pub my_response: Option<Vote>,
    /// The outcome, once there is one.
    pub outcome: Option<Outcome>,
    /// Why, in words this member may know.
    pub reason: Option<Reason>,
}

impl Phase {
    /// The phase's name.
    pub fn state(&self) -> RoomState {
        match self {
            Self::Idle { .. } => RoomState::Idle,
            Self::Countdown { .. } => RoomState::Countdown,
            Self::Notification { .. } => RoomState::Notification,
            Self::Kept => RoomState::Kept,
            Self::Ended { .. } => RoomState::Ended,
        }
    }
}

impl Room {
    /// The room as `member` may see it; `None` for anybody else.
    pub fn view(&self, member: UserId) -> Option<View> {
        let seat = self.seat_of(member)?;
        let (outcome, reason) = match self.phase {
            Phase::Kept => (Some(Outcome::Kept), Some(Reason::BothKept)),
            Phase::Ended { reason, by, .. } => {
                let seen = match reason {
                    Reason::Blocked if by != Some(member) => Reason::Left,
                    other => other,
                };
                (Some(Outcome::Ended), Some(seen))
            }
            _ => (None, None),
        };
        Some(View {
            state: self.phase.state(),
            ends_at: self.deadline().map(|deadline| deadline.at),
            my_response: self.seats[seat].vote,
            outcome,
            reason,
        })
    }
}
