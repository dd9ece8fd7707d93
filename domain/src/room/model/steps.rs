//! What may happen next, and what comes of it.

use std::collections::BTreeSet;

use stateright::{Model, Property};

use super::{
    properties::{self, Reached},
    state::Everything,
    wish::Wish,
    *,
};

/// How much may happen.
#[derive(Debug, Clone)]
pub(super) struct Bounds {
    /// Ticks of the clock.
    pub(super) ticks: i64,
    /// What each member may try, each thing once.
    pub(super) wishes: [&'static [Wish]; 2],
    /// How the room begins.
    pub(super) beginning: Beginning,
    /// What must be possible.
    pub(super) reached: &'static [Reached],
}

/// How a room begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beginning {
    /// Opened by a member, who starts it at once.
    Started,
    /// By the matchmaker; it starts when both have come.
    Matched,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Step {
    Tick,
    Wish(usize, Wish),
    SetTimer(usize),
    Fire((i64, u32)),
    /// A worker (2 or 3) gets a fired timer, perhaps not for the first time.
    Deliver(usize, (i64, u32)),
    Write(usize),
    /// The write succeeds and its answer is lost: the writer tries again.
    WriteUnanswered(usize),
    /// A worker dies. What it had in hand comes again.
    Die(usize),
}

impl Model for Bounds {
    type State = Everything;
    type Action = Step;

    fn init_states(&self) -> Vec<Everything> {
        let room = first_event(self.beginning);
        vec![Everything {
            now: 0,
            events: vec![room],
            unscheduled: BTreeSet::from([0]),
            timers: BTreeSet::new(),
            fired: BTreeSet::new(),
            writers: [None; 4],
            wishes: self.wishes.map(|wishes| wishes.iter().copied().collect()),
        }]
    }

    fn actions(&self, state: &Everything, steps: &mut Vec<Step>) {
        if state.now < self.ticks {
            steps.push(Step::Tick);
        }
        for (member, wishes) in state.wishes.iter().enumerate() {
            if state.writers[member].is_none() {
                steps.extend(wishes.iter().map(|wish| Step::Wish(member, *wish)));
            }
        }
        steps.extend(state.unscheduled.iter().map(|event| Step::SetTimer(*event)));
        let due = state.timers.iter().filter(|(at, _)| *at <= state.now);
        steps.extend(due.map(|timer| Step::Fire(*timer)));
        for worker in [2, 3] {
            match state.writers[worker] {
                None => steps.extend(state.fired.iter().map(|due| Step::Deliver(worker, *due))),
                Some(_) => steps.push(Step::Die(worker)),
            }
        }
        for writer in 0..4 {
            if let Some(hand) = state.writers[writer] {
                steps.push(Step::Write(writer));
                if hand.read == state.events.len() && state.decided(hand).is_some() {
                    steps.push(Step::WriteUnanswered(writer));
                }
            }
        }
    }

    fn next_state(&self, before: &Everything, step: Step) -> Option<Everything> {
        let mut state = before.clone();
        match step {
            Step::Tick => state.now += 1,
            Step::Wish(member, wish) => {
                state.wishes[member].remove(&wish);
                let at = state.now;
                state.take(member, wish.of([ADA, BEN][member]), at);
            }
            Step::SetTimer(event) => {
                state.unscheduled.remove(&event);
                if let Some(deadline) = state.events[event].deadline() {
                    let timer = (deadline.at.0 - BORN.0, deadline.revision);
                    state.timers.insert(timer);
                }
            }
            Step::Fire(timer) => {
                state.timers.remove(&timer);
                state.fired.insert(timer);
            }
            Step::Deliver(worker, (at, revision)) => {
                let deadline = Deadline {
                    at: Timestamp(BORN.0 + at),
                    revision,
                };
                let at = state.now;
                state.take(worker, Input::Timer(deadline), at);
                // A timer of an old deadline does nothing.
                state.writers[worker].and_then(|hand| state.decided(hand))?;
            }
            Step::Write(writer) => {
                state.write(writer);
            }
            Step::WriteUnanswered(writer) => {
                let hand = state.writers[writer]?;
                state.write(writer);
                let at = state.now;
                state.take(writer, hand.input, at);
            }
            Step::Die(worker) => state.writers[worker] = None,
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::of(self)
    }
}

fn first_event(beginning: Beginning) -> Room {
    let id = RoomId(uuid::Uuid::from_u128(7));
    match beginning {
        Beginning::Started => {
            let idle = Room::direct(id, [ADA, BEN], TIMING, BORN);
            match idle.apply(Input::Start { by: ADA }, BORN) {
                Ok(Transition::Changed { room, .. }) => *room,
                other => panic!("a new room can be started: {other:?}"),
            }
        }
        Beginning::Matched => {
            let the_match = Match {
                score: 0.5,
                reasons: Vec::new(),
                icebreaker: None,
                icebreaker_topic: None,
                text_mode: None,
            };
            Room::matched(id, [ADA, BEN], the_match, TIMING, BORN)
        }
    }
}
