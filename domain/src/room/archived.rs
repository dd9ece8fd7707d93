//! A room as the archive shows it beside what the stream has: whether the stream has lost the archived one, and what is
//! put back then.

use super::{Phase, Room};

impl Room {
    /// Whether this, from the stream, is the archived room: the same but for its revision, which putting back may raise,
    /// and for what a deleted member takes away from its match.
    pub fn is_archived_as(&self, archived: &Self) -> bool {
        let bare = |room: &Self| Self {
            revision: 0,
            ..room.without_match_details()
        };
        bare(self) == bare(archived)
    }

    /// Whether this, from the stream, bears the outcome that the archived room came to. The way there may be gone: of a
    /// decided room the stream keeps its last event only.
    pub fn bears_outcome_of(&self, archived: &Self) -> bool {
        match archived.phase {
            Phase::Kept => self.kept_at == archived.kept_at,
            Phase::Ended { .. } => (self.kept_at, self.phase) == (archived.kept_at, archived.phase),
            Phase::Idle { .. } | Phase::Countdown { .. } | Phase::Notification { .. } => false,
        }
    }

    /// The archived room, to be written over what took its place in a stream that had lost it: an older state, or what
    /// became of an older state meanwhile. Nobody who follows the room takes it for old.
    #[must_use]
    pub fn put_back_over(self, current: Option<&Self>) -> Self {
        match current {
            Some(current) if current.revision >= self.revision => Self {
                revision: current.revision + 1,
                ..self
            },
            _ => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use crate::{
        RoomId, Timestamp, UserId,
        room::{Input, Room, Timing, Transition, Vote},
    };

    const ONE: UserId = UserId(Uuid::from_u128(1));
    const OTHER: UserId = UserId(Uuid::from_u128(2));

    fn after(room: &Room, input: Input, at: i64) -> Room {
        match room.apply(input, Timestamp(at)).unwrap() {
            Transition::Changed { room, .. } => *room,
            Transition::Unchanged => panic!("nothing came of {input:?}"),
        }
    }

    fn in_countdown() -> Room {
        let timing = Timing {
            countdown_ms: 1_000,
            notification_ms: 1_000,
            no_show_ms: 1_000,
            extension_ms: 1_000,
            extensions_max: 0,
        };
        let id = RoomId(Uuid::from_u128(3));
        let idle = Room::direct(id, [ONE, OTHER], timing, Timestamp(0));
        after(&idle, Input::Start { by: ONE }, 0)
    }

    fn keep(room: &Room, by: UserId) -> Room {
        let vote = Vote::Keep;
        after(room, Input::Vote { by, vote }, 10)
    }

    fn timed_out(room: &Room) -> Room {
        let deadline = room.deadline().expect("a deadline");
        after(room, Input::Timer(deadline), deadline.at.0)
    }

    #[test]
    fn what_a_timer_made_of_an_older_state_is_not_the_archived_room_and_is_written_over() {
        let voted = keep(&in_countdown(), ONE);
        let kept = keep(&voted, OTHER);
        let meanwhile = timed_out(&timed_out(&voted));
        assert!(meanwhile.is_ended() && meanwhile.revision > kept.revision);
        assert!(!meanwhile.is_archived_as(&kept) && !meanwhile.bears_outcome_of(&kept));

        let put_back = kept.clone().put_back_over(Some(&meanwhile));
        assert!(put_back.revision > meanwhile.revision);
        assert!(put_back.is_archived_as(&kept), "it is not put back again");
        assert_eq!(kept.clone().put_back_over(Some(&voted)), kept);
        assert_eq!(kept.clone().put_back_over(None), kept);
    }

    #[test]
    fn what_came_after_an_outcome_bears_it_where_the_way_there_is_gone() {
        let kept = keep(&keep(&in_countdown(), ONE), OTHER);
        let left = after(&kept, Input::Leave { by: ONE }, 20);
        assert!(left.bears_outcome_of(&kept) && left.bears_outcome_of(&left));
        assert!(!kept.bears_outcome_of(&left));
        assert!(!kept.bears_outcome_of(&in_countdown()), "there is none yet");
    }
}
