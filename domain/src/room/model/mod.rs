//! A model of everybody who changes a room at once, over the real [`Room::apply`]: two members, two countdown workers, and
//! a broker that delivers late, twice and in any order. Every interleaving within the bounds is looked at.
//!
//! A writer reads the room's last event, decides, and writes on the condition that nobody was faster; otherwise it
//! begins again. Between any two of these steps anything else may happen, also the death of a worker, also the loss of
//! the broker's answer to a write that succeeded.

mod properties;
mod state;
mod steps;
mod wish;

use properties::Reached;
use stateright::{Checker, Model};
use steps::{Beginning, Bounds};
use wish::Wish;

use super::{lives::BORN, *};

const ADA: UserId = UserId(uuid::Uuid::from_u128(1));
const BEN: UserId = UserId(uuid::Uuid::from_u128(2));
/// Lengths of the phases, in ticks of a millisecond.
const TIMING: Timing = Timing {
    countdown_ms: 2,
    notification_ms: 2,
    no_show_ms: 2,
    extension_ms: 1,
    extensions_max: 1,
};

fn check(bounds: Bounds) {
    let checker = bounds.checker().threads(2).spawn_bfs().join();
    println!(
        "{} states, {} of them different, up to {} steps deep",
        checker.state_count(),
        checker.unique_state_count(),
        checker.max_depth()
    );
    checker.assert_properties();
}

#[test]
fn a_room_has_one_outcome_whoever_comes_when() {
    check(Bounds {
        ticks: 4,
        wishes: [&[Wish::Keep], &[Wish::Keep]],
        beginning: Beginning::Started,
        reached: &[Reached::Kept, Reached::TimeIsUp],
    });
}

#[test]
fn a_room_has_one_outcome_when_somebody_wants_to_change_a_vote() {
    check(Bounds {
        ticks: 2,
        wishes: [&[Wish::Keep, Wish::End], &[Wish::Keep]],
        beginning: Beginning::Started,
        reached: &[Reached::Kept],
    });
}

#[test]
fn a_room_has_one_outcome_when_both_say_no_or_somebody_goes() {
    check(Bounds {
        ticks: 2,
        wishes: [&[Wish::End, Wish::Leave], &[Wish::End]],
        beginning: Beginning::Started,
        reached: &[Reached::BothSayNo, Reached::SomebodyLeft],
    });
}

#[test]
fn a_matched_room_begins_when_both_are_there_or_ends_at_its_time() {
    check(Bounds {
        ticks: 2,
        wishes: [&[Wish::Come, Wish::Go], &[Wish::Come]],
        beginning: Beginning::Matched,
        reached: &[Reached::BothCame, Reached::SomebodyDidNotCome],
    });
}

#[test]
#[ignore = "long: some minutes"]
fn a_room_has_one_outcome_when_a_vote_is_to_be_changed_while_the_time_runs_out() {
    check(Bounds {
        ticks: 4,
        wishes: [&[Wish::Keep, Wish::End], &[Wish::Keep]],
        beginning: Beginning::Started,
        reached: &[Reached::Kept, Reached::TimeIsUp],
    });
}

#[test]
#[ignore = "long: some minutes"]
fn a_room_has_one_outcome_when_somebody_goes_while_the_time_runs_out() {
    check(Bounds {
        ticks: 4,
        wishes: [&[Wish::Keep, Wish::Leave], &[Wish::Keep]],
        beginning: Beginning::Started,
        reached: &[Reached::Kept, Reached::TimeIsUp, Reached::SomebodyLeft],
    });
}

#[test]
#[ignore = "long: some minutes"]
fn a_room_has_one_outcome_when_more_time_is_asked_for() {
    check(Bounds {
        ticks: 5,
        wishes: [&[Wish::Keep, Wish::Extend], &[Wish::Keep]],
        beginning: Beginning::Started,
        reached: &[Reached::Kept, Reached::TimeIsUp],
    });
}
