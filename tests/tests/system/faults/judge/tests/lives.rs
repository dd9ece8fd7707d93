use domain::room::{Outcome, Phase, Reason, Room, RoomState, Seat, Vote};

use super::*;

pub(super) fn room() -> Room {
    Room::direct(ROOM, [ADA, BEN], TIMING, START)
}

pub(super) fn at(revision: u32, phase: Phase) -> Room {
    Room {
        revision,
        phase,
        ..room()
    }
}

fn deadline(at: i64) -> domain::room::Deadline {
    domain::room::Deadline {
        at: Timestamp(START.0 + at),
        revision: 2,
    }
}

pub(super) fn ended(at: i64) -> Phase {
    Phase::Ended {
        at: Timestamp(START.0 + at),
        reason: Reason::NotKept,
        by: None,
    }
}

/// Idle, countdown until 4 s, notification 100 ms late, the end 200 ms late.
fn life() -> Vec<Room> {
    vec![
        at(1, Phase::Idle { deadline: None }),
        at(
            2,
            Phase::Countdown {
                deadline: deadline(4_000),
            },
        ),
        at(
            3,
            Phase::Notification {
                deadline: deadline(6_100),
            },
        ),
        at(4, ended(6_300)),
    ]
}

pub(super) fn with_life(life: Vec<Room>) -> Evidence {
    Evidence {
        lives: [(ROOM, life)].into(),
        ..clean()
    }
}

#[test]
fn the_lateness_of_timers_is_measured() {
    let evidence = with_life(life());
    assert_eq!(judge(&evidence), [] as [String; 0]);
    let by_ms: Vec<_> = lateness(&evidence).iter().map(|late| late.by_ms).collect();
    assert_eq!(by_ms, [100, 200]);
}

#[test]
fn an_early_end_is_found_unless_both_said_so() {
    let mut early = life();
    early[3].phase = ended(6_000);
    assert_eq!(broken(&with_life(early.clone())), "R6");
    let seat = Seat {
        vote: Some(Vote::End),
        ..Seat::default()
    };
    early[3].seats = [seat; 2];
    assert_eq!(broken(&with_life(early)), "");
}

#[test]
fn a_late_end_is_found_unless_something_kept_it_from_ending() {
    let mut late = life();
    late[3].phase = ended(60_000);
    let mut evidence = with_life(late);
    assert_eq!(broken(&evidence), "R6");
    let at = |ms: i64| Timestamp(START.0 + ms);
    evidence.disturbed = vec![(at(1_000), at(30_000)), (at(20_000), at(50_000))];
    assert_eq!(broken(&evidence), "");
    evidence.disturbed = vec![(at(1_000), at(30_000)), (at(46_000), at(50_000))];
    assert_eq!(broken(&evidence), "R6", "16 s in between are enough");
}

#[test]
fn a_second_outcome_is_found() {
    let mut twice = life();
    let kept_at = Some(START);
    twice.push(Room {
        kept_at,
        ..at(5, Phase::Kept)
    });
    assert_eq!(broken(&with_life(twice)), "R5");
}

#[test]
fn an_outcome_that_only_one_member_saw_is_found() {
    let mut evidence = with_life(life());
    let (state, outcome) = (RoomState::Kept, Some(Outcome::Kept));
    let saw = Event::Status { state, outcome };
    evidence.entries.push(entry(ADA, saw));
    assert_eq!(broken(&evidence), "R5");
}

/// A match that is made and decided at these places of the stream.
pub(super) fn matched(
    room: u128,
    members: [UserId; 2],
    made: u64,
    decided: u64,
) -> (RoomId, Vec<Room>, Vec<u64>) {
    let id = RoomId(Uuid::from_u128(room));
    let the_match = serde_json::from_value(serde_json::json!({
        "score": 0.5, "reasons": [], "icebreaker": null,
    }))
    .expect("a match");
    let room = Room::matched(id, members, the_match, TIMING, START);
    let over = Room {
        phase: ended(5_000),
        revision: 2,
        ..room.clone()
    };
    (id, vec![room, over], vec![made, decided])
}

pub(super) fn with_matches<const N: usize>(
    matches: [(RoomId, Vec<Room>, Vec<u64>); N],
) -> Evidence {
    let mut evidence = clean();
    for (room, life, placed) in matches {
        evidence.lives.insert(room, life);
        evidence.placed.insert(room, placed);
    }
    evidence
}

#[test]
fn whoever_is_matched_twice_at_once_is_found_whatever_the_clocks_said() {
    let cleo = UserId(Uuid::from_u128(5));
    // Both are made at one time, as a late clock would have it.
    let met = |second| {
        with_matches([
            matched(10, [ADA, BEN], 3, 8),
            matched(11, [ADA, cleo], second, 12),
        ])
    };
    assert_eq!(broken(&met(9)), "");
    assert_eq!(broken(&met(7)), "R7");
    let mut undecided = met(9);
    undecided.lives.insert(
        RoomId(Uuid::from_u128(10)),
        matched(10, [ADA, BEN], 3, 8).1[..1].to_vec(),
    );
    assert!(judge(&undecided).iter().any(|said| said.starts_with("R7")));
}

#[test]
fn a_blocked_pair_that_met_is_found() {
    let mut evidence = with_matches([matched(10, [ADA, BEN], 3, 8)]);
    evidence.blocked = [(BEN, ADA)].into();
    assert_eq!(broken(&evidence), "R7");
}
