//! The judge sees what it is there to see: each broken promise is found, and a clean run is clean.

use std::time::Duration;

use domain::{
    ClientId, RoomId, Timestamp, UserId,
    room::{Outcome, Phase, Reason, Room, RoomState, Seat, Timing, Vote},
};
use uuid::Uuid;

use super::{Entry, Event, Evidence, Placed, judge, lateness};

const ROOM: RoomId = RoomId(Uuid::from_u128(1));
const ADA: UserId = UserId(Uuid::from_u128(2));
const BEN: UserId = UserId(Uuid::from_u128(3));
const EPOCH: Uuid = Uuid::from_u128(4);
const START: Timestamp = Timestamp(1_000_000);
const TIMING: Timing = Timing {
    countdown_ms: 4_000,
    notification_ms: 2_000,
    no_show_ms: 3_000,
    extension_ms: 20_000,
    extensions_max: 10,
};

fn message(seq: u64) -> Placed {
    Placed {
        seq,
        prev_seq: seq - 1,
        client_id: ClientId(Uuid::from_u128(u128::from(seq) + 100)),
    }
}

fn entry(user: UserId, event: Event) -> Entry {
    Entry {
        at: Duration::ZERO,
        user,
        room: ROOM,
        event,
    }
}

fn acked(seq: u64) -> Entry {
    let client_id = message(seq).client_id;
    entry(ADA, Event::Acked { client_id, seq })
}

fn hello(after: u64, recovered: bool) -> Entry {
    let (known, epoch) = (Some(EPOCH), EPOCH);
    let event = Event::Hello {
        after,
        known,
        epoch,
        recovered,
    };
    entry(BEN, event)
}

fn heard(seq: u64) -> Entry {
    entry(BEN, Event::Heard(message(seq)))
}

/// Ada says three things, Ben hears them over two connections.
fn clean() -> Evidence {
    let messages: Vec<_> = (1..=3).map(message).collect();
    let listing: Vec<_> = messages
        .iter()
        .map(|one| (one.seq, one.client_id))
        .collect();
    Evidence {
        entries: vec![
            entry(BEN, Event::ReadAgain(Vec::new())),
            acked(1),
            heard(1),
            acked(2),
            acked(3),
            hello(1, true),
            heard(2),
            heard(3),
        ],
        stored: [(ROOM, listing.clone())].into(),
        read: [((ROOM, ADA), messages.clone()), ((ROOM, BEN), messages)].into(),
        shown: [((ROOM, BEN), listing)].into(),
        ..Evidence::default()
    }
}

/// The only promise that is broken.
fn broken(evidence: &Evidence) -> String {
    let broken = judge(evidence);
    let names: std::collections::BTreeSet<_> = broken.iter().map(|what| &what[..2]).collect();
    assert!(names.len() <= 1, "{broken:?}");
    names.into_iter().collect()
}

#[test]
fn a_clean_run_is_clean() {
    assert_eq!(judge(&clean()), [] as [String; 0]);
}

#[test]
fn a_lost_message_is_found() {
    let mut evidence = clean();
    evidence.entries.push(acked(4));
    assert_eq!(broken(&evidence), "R1");
}

#[test]
fn an_ack_for_another_place_is_found() {
    let mut evidence = clean();
    let client_id = message(3).client_id;
    evidence
        .entries
        .push(entry(BEN, Event::Acked { client_id, seq: 2 }));
    assert_eq!(broken(&evidence), "R1");
}

#[test]
fn a_second_copy_is_found() {
    let mut evidence = clean();
    let again = Placed {
        client_id: message(1).client_id,
        ..message(4)
    };
    let copy = (4, again.client_id);
    evidence.stored.entry(ROOM).or_default().push(copy);
    evidence.read.values_mut().for_each(|read| read.push(again));
    assert_eq!(broken(&evidence), "R2");
}

#[test]
fn another_order_is_found() {
    let mut evidence = clean();
    let shown = evidence.shown.get_mut(&(ROOM, BEN)).expect("Ben's");
    shown.swap(0, 1);
    assert_eq!(broken(&evidence), "R3");
}

#[test]
fn a_hole_in_the_chain_is_found() {
    let mut evidence = clean();
    let read = evidence.read.get_mut(&(ROOM, BEN)).expect("Ben's");
    read[1].prev_seq = 0;
    assert_eq!(broken(&evidence), "R3");
}

#[test]
fn a_gap_after_a_recovery_is_found() {
    let mut evidence = clean();
    evidence.entries.remove(6);
    assert_eq!(broken(&evidence), "R4");
}

#[test]
fn a_message_before_the_history_was_read_again_is_found() {
    let mut evidence = clean();
    evidence.entries[5] = hello(1, false);
    assert_eq!(broken(&evidence), "R4");
}

fn room() -> Room {
    Room::direct(ROOM, [ADA, BEN], TIMING, START)
}

fn at(revision: u32, phase: Phase) -> Room {
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

fn ended(at: i64) -> Phase {
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

fn with_life(life: Vec<Room>) -> Evidence {
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

fn matched(room: u128, members: [UserId; 2], created: i64, decided: i64) -> (RoomId, Vec<Room>) {
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
