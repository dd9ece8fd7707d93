//! What both members decided.

use super::{Phase, Reason, Room, Vote};

/// What both members of a room decided by their votes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decisions {
    /// Whether each wanted to keep it, in the order of `members`. Silence is a no, as it is for the room.
    pub keeps: [bool; 2],
    /// Whether its time ran out, so that who said no does not know what the other one answered. Where both say no, it ends at
    /// once, and both know.
    pub ran_out: bool,
}

impl Room {
    /// What both decided, where this event is the one in which they did so by their votes. Who left, blocked or did not come has
    /// not decided about the other one; a kept room that is left later was decided by an earlier event.
    pub fn decisions(&self) -> Option<Decisions> {
        match self.phase {
            Phase::Kept => Some(Decisions {
                keeps: [true; 2],
                ran_out: false,
            }),
            Phase::Ended {
                reason: Reason::NotKept,
                ..
            } => Some(Decisions {
                keeps: self.seats.map(|seat| seat.vote == Some(Vote::Keep)),
                ran_out: !self.seats.iter().all(|seat| seat.vote == Some(Vote::End)),
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        RoomId, Timestamp, UserId,
        room::{Input, Timing, Transition},
    };

    const NOW: Timestamp = Timestamp(1_000_000);

    fn user(number: u128) -> UserId {
        UserId(uuid::Uuid::from_u128(number))
    }

    /// A room in its countdown.
    fn running() -> Room {
        let timing = Timing {
            countdown_ms: 1_000,
            notification_ms: 1_000,
            no_show_ms: 1_000,
            extension_ms: 1_000,
            extensions_max: 1,
        };
        let id = RoomId(uuid::Uuid::from_u128(9));
        let room = Room::direct(id, [user(1), user(2)], timing, NOW);
        after(&room, Input::Start { by: user(1) }, 0)
    }

    fn after(room: &Room, input: Input, ms: i64) -> Room {
        match room.apply(input, Timestamp(NOW.0 + ms)) {
            Ok(Transition::Changed { room, .. }) => *room,
            other => panic!("nothing changed: {other:?}"),
        }
    }

    fn votes(room: &Room, by: u128, vote: Vote) -> Room {
        after(room, Input::Vote { by: user(by), vote }, 10)
    }

    #[expect(clippy::unnecessary_wraps, reason = "as it is compared")]
    fn decided(keeps: [bool; 2], ran_out: bool) -> Option<Decisions> {
        Some(Decisions { keeps, ran_out })
    }

    #[test]
    fn both_votes_are_told_once_the_room_is_decided() {
        let undecided = votes(&running(), 1, Vote::Keep);
        assert_eq!(undecided.decisions(), None);
        assert_eq!(
            votes(&undecided, 2, Vote::Keep).decisions(),
            decided([true, true], false)
        );
        let refused = votes(&votes(&running(), 2, Vote::End), 1, Vote::End);
        assert_eq!(refused.decisions(), decided([false, false], false));
    }

    #[test]
    fn silence_is_a_no() {
        let one_spoke = votes(&running(), 2, Vote::Keep);
        let timer = Input::Timer(one_spoke.deadline().unwrap());
        let asked = after(&one_spoke, timer, 1_000);
        let timer = Input::Timer(asked.deadline().unwrap());
        assert_eq!(
            after(&asked, timer, 2_000).decisions(),
            decided([false, true], true)
        );
    }

    #[test]
    fn who_leaves_has_decided_nothing_and_undoes_no_decision() {
        let leave = Input::Leave { by: user(1) };
        assert_eq!(after(&running(), leave, 20).decisions(), None);
        let kept = votes(&votes(&running(), 1, Vote::Keep), 2, Vote::Keep);
        assert_eq!(after(&kept, leave, 20).decisions(), None);
    }
}
