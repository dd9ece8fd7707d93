//! Random lives of rooms, for the properties.

use proptest::prelude::*;

use super::*;

pub(super) const BORN: Timestamp = Timestamp(1_795_000_000_000);

/// What happens next in a life: who is meant by a seat, what it is, and how much time has passed before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Happening {
    pub(super) after_ms: u16,
    pub(super) seat: usize,
    pub(super) what: What,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum What {
    Start,
    Vote(Vote),
    Extend,
    Leave,
    Block,
    Moderate,
    Arrive,
    Depart,
    Timer,
    StaleTimer,
}

/// One step of a life that was lived.
pub(super) struct Step {
    pub(super) before: Room,
    pub(super) input: Input,
    pub(super) now: Timestamp,
    pub(super) result: Result<Transition, Refused>,
}

impl Step {
    pub(super) fn after(&self) -> Option<&Room> {
        match &self.result {
            Ok(Transition::Changed { room, .. }) => Some(room),
            Ok(Transition::Unchanged) | Err(_) => None,
        }
    }
}

pub(super) fn any_room() -> impl Strategy<Value = Room> {
    let timing = (1..400u32, 1..400u32, 1..400u32, 1..200u32, 0..4u8).prop_map(
        |(countdown_ms, notification_ms, no_show_ms, extension_ms, extensions_max)| Timing {
            countdown_ms,
            notification_ms,
            no_show_ms,
            extension_ms,
            extensions_max,
        },
    );
    (timing, any::<bool>()).prop_map(|(timing, is_matched)| {
        let user = |number| UserId(uuid::Uuid::from_u128(number));
        let (id, members) = (RoomId(uuid::Uuid::from_u128(7)), [user(2), user(1)]);
        let the_match = Match {
            score: 0.5,
            reasons: Vec::new(),
            icebreaker: None,
            icebreaker_topic: None,
            text_mode: None,
        };
        match is_matched {
            true => Room::matched(id, members, the_match, timing, BORN),
            false => Room::direct(id, members, timing, BORN),
        }
    })
}

pub(super) fn any_life() -> impl Strategy<Value = Vec<Happening>> {
    let what = prop_oneof![
        3 => Just(What::Start),
        3 => Just(What::Vote(Vote::Keep)),
        2 => Just(What::Vote(Vote::End)),
        2 => Just(What::Extend),
        1 => Just(What::Leave),
        1 => Just(What::Block),
        1 => Just(What::Moderate),
        3 => Just(What::Arrive),
        1 => Just(What::Depart),
        5 => Just(What::Timer),
        1 => Just(What::StaleTimer),
    ];
    let happening = (0..200u16, 0..2usize, what);
    let happening = happening.prop_map(|(after_ms, seat, what)| Happening {
        after_ms,
        seat,
        what,
    });
    prop::collection::vec(happening, 1..40)
}

pub(super) fn input(room: &Room, happening: Happening) -> Input {
    let member = room.members[happening.seat];
    let forged = Deadline {
        at: BORN,
        revision: 0,
    };
    let own = room.deadline().unwrap_or(forged);
    match happening.what {
        What::Start => Input::Start { by: member },
        What::Vote(vote) => Input::Vote { by: member, vote },
        What::Extend => Input::Extend { by: member },
        What::Leave => Input::Leave { by: member },
        What::Block => Input::Block { by: member },
        What::Moderate => Input::Moderate,
        What::Arrive => Input::Arrived { member },
        What::Depart => Input::Departed { member },
        What::Timer => Input::Timer(own),
        What::StaleTimer if happening.seat == 0 => Input::Timer(Deadline {
            revision: own.revision + 1,
            ..own
        }),
        What::StaleTimer => Input::Timer(Deadline {
            at: Timestamp(own.at.0 - 1),
            ..own
        }),
    }
}

pub(super) fn live(room: Room, life: &[Happening]) -> Vec<Step> {
    let (mut room, mut now) = (room, BORN);
    let mut steps = Vec::new();
    for &happening in life {
        now = Timestamp(now.0 + i64::from(happening.after_ms));
        let input = input(&room, happening);
        let result = room.apply(input, now);
        let step = Step {
            before: room.clone(),
            input,
            now,
            result,
        };
        room = step.after().unwrap_or(&room).clone();
        steps.push(step);
    }
    steps
}

/// The room once the timer that is due at `now`, if one is, has been served.
pub(super) fn served(room: &Room, now: Timestamp) -> Room {
    let due = room
        .deadline()
        .map(|deadline| room.apply(Input::Timer(deadline), now));
    match due {
        Some(Ok(Transition::Changed { room, .. })) => *room,
        _ => room.clone(),
    }
}

/// The room without what names its changes: two ways to the same state differ in their revisions only.
pub(super) fn without_revisions(mut room: Room) -> Room {
    room.revision = 0;
    if let Phase::Idle {
        deadline: Some(deadline),
    }
    | Phase::Countdown { deadline }
    | Phase::Notification { deadline } = &mut room.phase
    {
        deadline.revision = 0;
    }
    room
}
