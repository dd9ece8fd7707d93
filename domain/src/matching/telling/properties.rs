//! What is told of what was learned tells nobody's answer, whatever comes in whatever order.

use proptest::prelude::*;

use super::*;
use crate::{
    RoomId, UserId,
    matching::{
        in_words,
        model::{Decided, Model, Outcome, Portrait, Prior, SWEEPS, tests::prior},
    },
    room::{Input, Room, Timing, Transition, View, Vote},
};

const ME: UserId = UserId(uuid::Uuid::from_u64_pair(0, 1));
const BORN: Timestamp = Timestamp(1_795_000_000_000);
const ANSWERS: [Option<Vote>; 3] = [None, Some(Vote::Keep), Some(Vote::End)];

/// A room of mine: with whom, and what each of us answers, if anything.
#[derive(Debug, Clone, Copy)]
struct Meeting {
    peer: u64,
    mine: Option<Vote>,
    theirs: Option<Vote>,
    /// Before or after mine.
    they_are_first: bool,
    /// The model is made anew before it is learned.
    anew: bool,
    /// It is learned together with the next one.
    with_the_next: bool,
}

/// What became of it, and all that I have seen of it.
struct Lived {
    keeps: [bool; 2],
    ran_out: bool,
    seen: Vec<View>,
}

impl Meeting {
    fn peer(self) -> UserId {
        UserId(uuid::Uuid::from_u64_pair(0, 100 + self.peer))
    }

    fn lived(self, number: u64) -> Lived {
        let timing = Timing {
            countdown_ms: 1_000,
            notification_ms: 1_000,
            no_show_ms: 1_000,
            extension_ms: 1_000,
            extensions_max: 1,
        };
        let id = RoomId(uuid::Uuid::from_u64_pair(1, number));
        let mut room = Room::direct(id, [ME, self.peer()], timing, BORN);
        let mut seen = vec![room.view(ME).unwrap()];
        let vote = |by, vote: Option<Vote>| vote.map(|vote| Input::Vote { by, vote });
        let mut votes = [vote(ME, self.mine), vote(self.peer(), self.theirs)];
        if self.they_are_first {
            votes.reverse();
        }
        let inputs = [Some(Input::Start { by: ME })].into_iter().chain(votes);
        let mut live = |room: &mut Room, input, now| {
            if let Ok(Transition::Changed { room: next, .. }) = room.apply(input, now) {
                *room = *next;
            }
            seen.push(room.view(ME).unwrap());
        };
        for input in inputs.flatten() {
            live(&mut room, input, BORN);
        }
        while let Some(deadline) = room.deadline() {
            live(&mut room, Input::Timer(deadline), deadline.at);
        }
        // That nothing happened is not seen.
        seen.dedup();
        let decisions = room.decisions().unwrap();
        Lived {
            keeps: decisions.keeps,
            ran_out: decisions.ran_out,
            seen,
        }
    }

    /// Whatever else they may have answered, for all that I have seen.
    fn alternatives(self) -> Vec<Self> {
        let lived = self.lived(0);
        let others = ANSWERS.iter().map(|theirs| Self {
            theirs: *theirs,
            ..self
        });
        let other_answer = |other: &Self| {
            let as_well = other.lived(0);
            as_well.seen == lived.seen && as_well.keeps[1] != lived.keeps[1]
        };
        others.filter(other_answer).collect()
    }
}

/// What I am told after each of them.
fn told(meetings: &[Meeting]) -> Vec<Option<(String, u64, u64)>> {
    let fresh = Model::new(prior()).unwrap();
    let (nobody, new) = (Portrait::default(), fresh.person(ME));
    let (mut model, mut telling) = (fresh, Telling::default());
    let mut outcomes = Vec::new();
    let mut told = Vec::new();
    for (seq, meeting) in (1..).zip(meetings) {
        let Lived { keeps, ran_out, .. } = meeting.lived(seq);
        let outcome = Outcome {
            seq,
            room: RoomId(uuid::Uuid::from_u64_pair(1, seq)),
            one: ME,
            other: meeting.peer(),
            one_keeps: keeps[0],
            other_keeps: keeps[1],
        };
        if meeting.anew {
            model = anew(prior(), &outcomes);
        }
        model.learn(&outcome, &nobody, &nobody).unwrap();
        outcomes.push(outcome);
        telling.count(knows_the_answer(keeps[0], ran_out), BORN);
        if !meeting.with_the_next {
            telling.tell(model.person(ME), seq);
        }
        told.push(telling.told.map(|told| {
            let words = in_words(told.beliefs, new, prior().people.generosity_to_appeal);
            (format!("{words:?}"), told.outcomes, told.model_version)
        }));
    }
    told
}

fn anew(prior: Prior, outcomes: &[Outcome]) -> Model {
    let nobody = Portrait::default();
    let decided = |outcome: &Outcome| Decided {
        outcome: *outcome,
        one: &nobody,
        other: &nobody,
    };
    let decided: Vec<Decided<'_>> = outcomes.iter().map(decided).collect();
    Model::rebuild(prior, &decided, SWEEPS).unwrap()
}

fn any_meeting() -> impl Strategy<Value = Meeting> {
    let answer = || prop::sample::select(&ANSWERS[..]);
    let order = (
        any::<bool>(),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.2),
    );
    (0..4u64, answer(), answer(), order).prop_map(
        |(peer, mine, theirs, (they_are_first, anew, with_the_next))| Meeting {
            peer,
            mine,
            theirs,
            they_are_first,
            anew,
            with_the_next,
        },
    )
}

proptest! {
    /// Whichever answer that I do not know is swapped for another one: what I am told stays the same, until it is told together
    /// with four others that I do not know.
    #[test]
    fn an_unknown_answer_moves_nothing_that_is_told_before_five_hide_each_other(
        meetings in prop::collection::vec(any_meeting(), 1..16)
    ) {
        let as_it_is = told(&meetings);
        let is_unknown: Vec<bool> = meetings
            .iter()
            .map(|meeting| !meeting.alternatives().is_empty())
            .collect();
        for place in 0..meetings.len() {
            // The telling that has it in it, and the one before.
            let is_in = |told: &Option<(String, u64, u64)>| {
                told.as_ref().is_some_and(|(_, outcomes, _)| *outcomes > place as u64)
            };
            let first = as_it_is.iter().position(is_in).unwrap_or(meetings.len());
            let before = as_it_is[..first].last().and_then(Option::as_ref);
            let told_before = before.map_or(0, |(_, outcomes, _)| usize::try_from(*outcomes).unwrap());
            for other in meetings[place].alternatives() {
                let mut swapped = meetings.clone();
                swapped[place] = other;
                let instead = told(&swapped);
                prop_assert_eq!(&as_it_is[..first], &instead[..first]);
                if first < meetings.len() {
                    let together = is_unknown[told_before..=first].iter().filter(|unknown| **unknown);
                    prop_assert!(together.count() >= 5);
                }
            }
        }
    }
}

#[test]
fn who_said_no_knows_the_other_answer_only_where_the_room_ended_at_once() {
    for mine in ANSWERS {
        for theirs in ANSWERS {
            let meeting = Meeting {
                peer: 0,
                mine,
                theirs,
                they_are_first: false,
                anew: false,
                with_the_next: false,
            };
            let Lived { keeps, ran_out, .. } = meeting.lived(0);
            let is_known = meeting.alternatives().is_empty();
            assert_eq!(knows_the_answer(keeps[0], ran_out), is_known, "{meeting:?}");
        }
    }
}
