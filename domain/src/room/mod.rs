//! A room's life: `idle → countdown → notification → kept | ended`.
//!
//! The whole state of a room is one value, [`Room`]. Every change goes through [`Room::apply`], whoever causes it: a
//! member through a gateway, or a timer through the countdown worker. See `README.md` beside this file for the table.

mod apply;
mod archived;
mod change;
mod decisions;
#[cfg(test)]
mod lives;
#[cfg(test)]
mod model;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod table;
mod view;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use change::{Consequence, Input, Refused, Transition};
pub use decisions::Decisions;
pub use view::{Outcome, RoomState, View};

use crate::{RoomId, Timestamp, UserId, matching::Match, ticket::Ticket};

/// What a member answers to "shall we keep this?".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Vote {
    /// Keep the conversation.
    Keep,
    /// Let it end.
    End,
}

/// Why a room came to its outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Both said keep.
    BothKept,
    /// Not both said keep; who did not, nobody learns.
    NotKept,
    /// A member left.
    Left,
    /// A member of a matched room did not come in time.
    NoShow,
    /// A member blocked the other. The blocked one sees [`Reason::Left`].
    Blocked,
    /// A moderator ended it.
    Moderation,
}

/// The lengths that a room was created with. They stay with the room, whatever the settings become later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// Length of the countdown.
    pub countdown_ms: u32,
    /// Length of the notification phase, in which both decide.
    pub notification_ms: u32,
    /// How long a matched room waits for both members.
    pub no_show_ms: u32,
    /// What one "I need more time" adds to the decision.
    pub extension_ms: u32,
    /// How often each member may ask for more time.
    pub extensions_max: u8,
}

/// The end of a phase, and the revision of the room that set it: together they name one timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// When the phase ends, by the broker's clock.
    pub at: Timestamp,
    /// The revision of the room that set this deadline.
    pub revision: u32,
}

/// How the two came together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Origin {
    /// One opened the room with the other's id.
    Direct,
    /// The matchmaker brought them together.
    Matched(Match),
}

/// The phase that a room is in. Only phases with an end carry a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum Phase {
    /// Nothing runs yet. A matched room waits for both members until its deadline; a direct room has none.
    Idle {
        /// The no-show time of a matched room.
        deadline: Option<Deadline>,
    },
    /// The conversation's time runs.
    Countdown {
        /// When the decision begins.
        deadline: Deadline,
    },
    /// Both are asked whether to keep it.
    Notification {
        /// When a missing answer counts as no.
        deadline: Deadline,
    },
    /// Both wanted it: it stays.
    Kept,
    /// It is over.
    Ended {
        /// When it ended.
        at: Timestamp,
        /// Why, as the system knows it; a member sees [`Room::view`].
        reason: Reason,
        /// The member who caused it, where one did.
        by: Option<UserId>,
    },
}

/// What the room knows of one member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seat {
    /// Whether the member is on the room's chat socket. Followed in idle matched rooms only.
    pub present: bool,
    /// The member's answer. Private.
    pub vote: Option<Vote>,
    /// How often the member asked for more time.
    pub extensions: u8,
}

/// The whole state of a room. Stored as the last event on the room's subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Room {
    /// The room.
    pub id: RoomId,
    /// Its two members, the lower id first.
    pub members: [UserId; 2],
    /// How they came together.
    pub origin: Origin,
    /// When it was created.
    pub created_at: Timestamp,
    /// Grows by one with every change; 1 at creation.
    pub revision: u32,
    /// Its lengths.
    pub timing: Timing,
    /// Its phase.
    pub phase: Phase,
    /// When both chose to keep it. Stays when a member leaves later.
    pub kept_at: Option<Timestamp>,
    /// What is known of each member, in the order of `members`.
    pub seats: [Seat; 2],
}

impl Room {
    /// A room that one member opened with the other's id. Idle, without a deadline, until somebody starts it.
    pub fn direct(id: RoomId, members: [UserId; 2], timing: Timing, now: Timestamp) -> Self {
        Self::new(id, members, Origin::Direct, timing, None, now)
    }

    /// A room that the matchmaker made. Its first deadline is the no-show time.
    pub fn matched(
        id: RoomId,
        members: [UserId; 2],
        the_match: Match,
        timing: Timing,
        now: Timestamp,
    ) -> Self {
        let no_show = Deadline {
            at: now.plus(Duration::from_millis(u64::from(timing.no_show_ms))),
            revision: 1,
        };
        let origin = Origin::Matched(the_match);
        Self::new(id, members, origin, timing, Some(no_show), now)
    }

    fn new(
        id: RoomId,
        mut members: [UserId; 2],
        origin: Origin,
        timing: Timing,
        deadline: Option<Deadline>,
        now: Timestamp,
    ) -> Self {
        members.sort();
        Self {
            id,
            members,
            origin,
            created_at: now,
            revision: 1,
            timing,
            phase: Phase::Idle { deadline },
            kept_at: None,
            seats: [Seat::default(); 2],
        }
    }

    /// The timer that the room needs now, if its phase has an end.
    pub fn deadline(&self) -> Option<Deadline> {
        match self.phase {
            Phase::Idle { deadline } => deadline,
            Phase::Countdown { deadline } | Phase::Notification { deadline } => Some(deadline),
            Phase::Kept | Phase::Ended { .. } => None,
        }
    }

    /// Whether the room has come to its outcome. An outcome is never taken back; a kept room may still be left.
    pub fn is_decided(&self) -> bool {
        matches!(self.phase, Phase::Kept | Phase::Ended { .. })
    }

    /// Whether the outcome shows that this answer of a member was counted. Other inputs leave no such trace.
    pub fn has_counted(&self, input: Input) -> bool {
        let Input::Vote { by, vote } = input else {
            return false;
        };
        self.seat_of(by)
            .is_some_and(|seat| self.seats[seat].vote == Some(vote))
    }

    /// Whether the room is over.
    pub fn is_ended(&self) -> bool {
        matches!(self.phase, Phase::Ended { .. })
    }

    /// Whether the user is one of the two.
    pub fn has_member(&self, user: UserId) -> bool {
        self.members.contains(&user)
    }

    /// The other member; `None` if the user is not in this room.
    pub fn peer_of(&self, user: UserId) -> Option<UserId> {
        let [low, high] = self.members;
        match user {
            _ if user == low => Some(high),
            _ if user == high => Some(low),
            _ => None,
        }
    }

    /// The match that made the room, if one did.
    pub fn the_match(&self) -> Option<&Match> {
        match &self.origin {
            Origin::Matched(the_match) => Some(the_match),
            Origin::Direct => None,
        }
    }

    /// The room without what its match said of the two, which is drawn from their profiles.
    #[must_use]
    pub fn without_match_details(&self) -> Self {
        let mut room = self.clone();
        if let Origin::Matched(the_match) = &mut room.origin {
            the_match.reasons.clear();
            the_match.icebreaker = None;
            the_match.icebreaker_topic = None;
            the_match.text_mode = None;
        }
        room
    }

    /// Whether the decision's time is over and its outcome not written yet: a message has to wait for it.
    pub fn awaits_outcome(&self, now: Timestamp) -> bool {
        matches!(self.phase, Phase::Notification { deadline } if now >= deadline.at)
    }

    /// What happens to a member's ticket when this room ended by a no-show; `None` where nothing does.
    pub fn ticket_after_no_show(&self, ticket: &Ticket) -> Option<Ticket> {
        let seat = self.members.iter().position(|m| *m == ticket.user_id)?;
        ticket.after_no_show(self.id, self.seats[seat].present)
    }

    pub(crate) fn seat_of(&self, user: UserId) -> Option<usize> {
        self.members.iter().position(|member| *member == user)
    }
}
