//! What is told of what was learned tells nobody's answer, whatever comes in whatever order.

use proptest::prelude::*;

use super::*;
use crate::{
    RoomId, Timestamp, UserId,
    matching::model::{PersonBeliefs, tests::prior},
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

/// What I am told after all of them.
fn told(meetings: &[Meeting]) -> PersonBeliefs {
    let outcomes = (1..).zip(meetings).map(|(number, meeting)| {
        let Lived { keeps, ran_out, .. } = meeting.lived(number);
        OwnOutcome::seen(keeps[0], keeps[1], ran_out)
    });
    PersonBeliefs::of_own_outcomes(&prior(), outcomes)
}

fn any_meeting() -> impl Strategy<Value = Meeting> {
    let answer = || prop::sample::select(&ANSWERS[..]);
    let fields = (0..4u64, answer(), answer(), any::<bool>());
    fields.prop_map(|(peer, mine, theirs, they_are_first)| Meeting {
        peer,
        mine,
        theirs,
        they_are_first,
    })
}

proptest! {
    /// Whichever answers that I do not know are swapped for others, one of them or all: what I am told stays the same to the
    /// last digit, however many there are.
    #[test]
    fn answers_that_i_do_not_know_move_nothing_that_i_am_told(
        meetings in prop::collection::vec(any_meeting(), 1..16)
    ) {
        let as_it_is = told(&meetings);
        let mut all = meetings.clone();
        for place in 0..meetings.len() {
            for other in meetings[place].alternatives() {
                let mut swapped = meetings.clone();
                swapped[place] = other;
                all[place] = other;
                prop_assert_eq!(as_it_is, told(&swapped));
            }
        }
        prop_assert_eq!(as_it_is, told(&all));
    }

    /// Whatever is told can be used.
    #[test]
    fn what_is_told_is_a_number_and_never_surer_than_possible(
        meetings in prop::collection::vec(any_meeting(), 1..200)
    ) {
        let PersonBeliefs { generosity, appeal } = told(&meetings);
        for belief in [generosity, appeal] {
            prop_assert!(belief.mean.is_finite() && belief.variance > 0.0, "{:?}", belief);
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
            };
            let Lived { keeps, ran_out, .. } = meeting.lived(0);
            let is_known = meeting.alternatives().is_empty();
            let seen = OwnOutcome::seen(keeps[0], keeps[1], ran_out);
            assert_eq!(seen.other_keeps.is_some(), is_known, "{meeting:?}");
        }
    }
}
