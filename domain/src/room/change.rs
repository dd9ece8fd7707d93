//! What can happen to a room, and what came of it.

use thiserror::Error;

use super::{Deadline, Room, Vote};
use crate::UserId;

/// What can happen to a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// A member starts the countdown.
    Start {
        /// The member.
        by: UserId,
    },
    /// A member answers whether to keep the room.
    Vote {
        /// The member.
        by: UserId,
        /// The answer.
        vote: Vote,
    },
    /// A member asks for more time to decide.
    Extend {
        /// The member.
        by: UserId,
    },
    /// A member leaves for good.
    Leave {
        /// The member.
        by: UserId,
    },
    /// A member blocks the other.
    Block {
        /// The member who blocks.
        by: UserId,
    },
    /// A moderator ends the room.
    Moderate,
    /// A member's first chat socket opened.
    Arrived {
        /// The member.
        member: UserId,
    },
    /// A member's last chat socket closed.
    Departed {
        /// The member.
        member: UserId,
    },
    /// The timer that was set for this deadline fired.
    Timer(Deadline),
}

/// Why an input was refused. The room is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refused {
    /// The user is not in this room.
    #[error("the user is not a member of the room")]
    NotAMember,
    /// Votes count from the countdown on.
    #[error("the countdown has not started yet")]
    CountdownNotStarted,
    /// A vote is cast once.
    #[error("the member has already answered")]
    AlreadyVoted,
    /// More time can be had in the notification phase only.
    #[error("more time can be asked for only while both decide")]
    NotInNotification,
    /// The member has asked for more time as often as is allowed.
    #[error("the member has asked for more time as often as is allowed")]
    ExtensionLimit,
    /// The room is over.
    #[error("the room has ended")]
    RoomEnded,
    /// The room was kept; there is nothing left to decide.
    #[error("the room is kept")]
    RoomKept,
}

/// What must change together with the room, in the same atomic write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consequence {
    /// Both kept the room: the pair remembers it for good.
    PairKept,
    /// A matched room ended because somebody did not come: both tickets move, see [`Room::ticket_after_no_show`].
    TicketsReleased,
}

/// What an input did.
#[derive(Debug, Clone, PartialEq)]
pub enum Transition {
    /// Nothing: the room is as it was.
    Unchanged,
    /// The room became another.
    Changed {
        /// The new state, its revision one higher.
        room: Box<Room>,
        /// What must change together with it.
        consequence: Option<Consequence>,
    },
}
