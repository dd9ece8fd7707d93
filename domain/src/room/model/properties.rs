//! What must hold whatever happens.

use stateright::Property;

use super::{state::Everything, steps::Bounds, *};

/// What a room comes to in some of its lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reached {
    Kept,
    TimeIsUp,
    BothSayNo,
    SomebodyLeft,
    SomebodyDidNotCome,
    BothCame,
}

impl Reached {
    fn property(self) -> Property<Bounds> {
        let sometimes = Property::<Bounds>::sometimes;
        match self {
            Self::Kept => sometimes("it is kept", |_, now| {
                matches!(now.room().phase, Phase::Kept)
            }),
            Self::TimeIsUp => sometimes("it ends by its timer", |_, now| {
                ended(now, Reason::NotKept) && !both_said_end(now.room())
            }),
            Self::BothSayNo => sometimes("both end it", |_, now| {
                ended(now, Reason::NotKept) && both_said_end(now.room())
            }),
            Self::SomebodyLeft => sometimes("it is left", |_, now| ended(now, Reason::Left)),
            Self::SomebodyDidNotCome => sometimes("somebody does not come", |_, now| {
                ended(now, Reason::NoShow)
            }),
            Self::BothCame => sometimes("both come", |_, now| {
                matches!(now.room().phase, Phase::Countdown { .. })
            }),
        }
    }
}

fn ended(state: &Everything, by: Reason) -> bool {
    matches!(state.room().phase, Phase::Ended { reason, .. } if reason == by)
}

/// What holds in every world, and what must be possible in this one.
pub(super) fn of(bounds: &Bounds) -> Vec<Property<Bounds>> {
    let mut all = vec![
        Property::always("one outcome", |_, state: &Everything| {
            steps_of(state).all(|(before, after)| allowed(before, after))
        }),
        Property::always("no outcome before its time", |_, state| {
            steps_of(state).all(|(before, after)| in_time(before, after))
        }),
        Property::always("a vote is never changed", |_, state| {
            steps_of(state).all(|(before, after)| {
                (0..2).all(|seat| {
                    let cast = before.seats[seat].vote;
                    cast.is_none() || after.seats[seat].vote == cast
                })
            })
        }),
        Property::always("a vote is private", |_, state| {
            steps_of(state).all(|(before, after)| is_private(before, after))
        }),
        Property::always("every deadline has its timer", |_, state: &Everything| {
            let Some(deadline) = state.room().deadline() else {
                return true;
            };
            let timer = (deadline.at.0 - BORN.0, deadline.revision);
            let may_be_set = |event: &usize| state.events[*event].deadline() == Some(deadline);
            state.timers.contains(&timer)
                || state.fired.contains(&timer)
                || state.unscheduled.iter().any(may_be_set)
        }),
    ];
    all.extend(bounds.reached.iter().map(|reached| reached.property()));
    all
}

fn steps_of(state: &Everything) -> impl Iterator<Item = (&Room, &Room)> {
    state.events.iter().zip(&state.events[1..])
}

/// Nothing follows an end; only a leaving, a block or a moderator ends what was kept.
fn allowed(before: &Room, after: &Room) -> bool {
    match (before.phase, after.phase) {
        (Phase::Ended { .. }, _) => false,
        (Phase::Kept, Phase::Ended { reason, .. }) => {
            matches!(reason, Reason::Left | Reason::Blocked | Reason::Moderation)
        }
        (Phase::Kept, _) => false,
        (Phase::Notification { .. }, Phase::Countdown { .. }) => false,
        (Phase::Countdown { .. } | Phase::Notification { .. }, Phase::Idle { .. }) => false,
        _ => after.revision == before.revision + 1,
    }
}

/// What only a timer may do is not done before the deadline.
fn in_time(before: &Room, after: &Room) -> bool {
    let Some(deadline) = before.deadline() else {
        return true;
    };
    match (before.phase, after.phase) {
        (Phase::Countdown { .. }, Phase::Notification { deadline: next }) => {
            next.at.0 - i64::from(TIMING.notification_ms) >= deadline.at.0
        }
        (Phase::Notification { .. }, Phase::Ended { at, reason, .. })
            if reason == Reason::NotKept && !both_said_end(after) =>
        {
            at >= deadline.at
        }
        (
            Phase::Idle { .. },
            Phase::Ended {
                at,
                reason: Reason::NoShow,
                ..
            },
        ) => at >= deadline.at,
        (
            Phase::Countdown { .. },
            Phase::Ended {
                reason: Reason::NotKept,
                ..
            },
        ) => both_said_end(after),
        _ => true,
    }
}

fn both_said_end(room: &Room) -> bool {
    room.seats.iter().all(|seat| seat.vote == Some(Vote::End))
}

/// A vote that leads to no outcome changes nothing that the other member sees.
fn is_private(before: &Room, after: &Room) -> bool {
    let voted = |seat: usize| before.seats[seat].vote != after.seats[seat].vote;
    (0..2).all(|seat| {
        let other = after.members[1 - seat];
        !voted(seat) || before.phase != after.phase || before.view(other) == after.view(other)
    })
}
