//! The judge sees what it is there to see: each broken promise is found, and a clean run is clean.

mod lives;
mod votes;

use std::time::Duration;

use domain::{ClientId, RoomId, Timestamp, UserId, room::Timing};
use uuid::Uuid;

use super::{Entry, Event, Evidence, Placed, judge, lateness, shortcomings};

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

fn name(seq: u64) -> ClientId {
    ClientId(Uuid::from_u128(u128::from(seq) + 100))
}

fn message(seq: u64) -> Placed {
    Placed {
        seq,
        prev_seq: seq - 1,
        client_id: name(seq),
        sender: ADA,
        says: name(seq),
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
    let over_http = false;
    let event = Event::Acked {
        client_id,
        seq,
        over_http,
    };
    entry(ADA, event)
}

fn sent(seq: u64) -> Entry {
    let client_id = name(seq);
    let again = false;
    entry(ADA, Event::Sent { client_id, again })
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
            sent(1),
            sent(2),
            sent(3),
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
    evidence.entries.push(entry(
        BEN,
        Event::Acked {
            client_id,
            seq: 2,
            over_http: false,
        },
    ));
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

#[test]
fn other_words_than_were_said_are_found() {
    let mut evidence = clean();
    let read = evidence.read.get_mut(&(ROOM, BEN)).expect("Ben's");
    read[1].says = name(1);
    assert_eq!(broken(&evidence), "R2");
    let mut evidence = clean();
    evidence.read.get_mut(&(ROOM, BEN)).expect("Ben's")[1].sender = BEN;
    assert_eq!(broken(&evidence), "R2");
}

#[test]
fn a_run_in_which_nothing_happened_is_no_trial() {
    assert_eq!(shortcomings(&clean(), Duration::ZERO), [] as [String; 0]);
    let missing = shortcomings(&clean(), Duration::from_secs(60));
    assert!(
        missing.iter().any(|what| what.contains("people matched")),
        "{missing:?}"
    );
    assert!(
        missing.iter().any(|what| what.contains("recovered")),
        "{missing:?}"
    );
}
