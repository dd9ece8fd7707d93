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

pub(super) fn matched(
    room: u128,
    members: [UserId; 2],
    created: i64,
    decided: i64,
) -> (RoomId, Vec<Room>) {
    let id = RoomId(Uuid::from_u128(room));
    let the_match = serde_json::from_value(serde_json::json!({
        "score": 0.5, "reasons": [], "icebreaker": null,
    }))
    .expect("a match");
    let created = Timestamp(START.0 + created);
    let room = Room::matched(id, members, the_match, TIMING, created);
    let phase = ended(decided);
    (id, vec![Room { phase, ..room }])
}

#[test]
fn whoever_is_matched_twice_at_once_is_found() {
    let cleo = UserId(Uuid::from_u128(5));
    let met = |second| Evidence {
        lives: [
            matched(10, [ADA, BEN], 0, 5_000),
            matched(11, [ADA, cleo], second, 9_000),
        ]
        .into(),
        ..clean()
    };
    assert_eq!(broken(&met(5_000)), "");
    assert_eq!(broken(&met(4_999)), "R7");
}

#[test]
fn a_blocked_pair_that_met_is_found() {
    let mut evidence = clean();
    evidence.lives = [matched(10, [ADA, BEN], 0, 5_000)].into();
    evidence.blocked = [(BEN, ADA)].into();
    assert_eq!(broken(&evidence), "R7");
}
