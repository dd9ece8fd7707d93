//! Fields that a newer release added survive whatever this one does with a room, a pair or a ticket.

use std::time::Duration;

use domain::{
    Timestamp,
    pair::{self, Pair, PairKey},
    room::{Input, Room, Transition, Vote},
    ticket::{Gone, Ticket, TicketState},
};
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use webchat_contract::{Envelope, Unknown};

use crate::samples::{NOW, one, other, room, room_id, uuid};

/// Puts a field that nobody knows into each object of the document, wherever it stands.
fn with_later_fields(document: &mut Value) {
    match document {
        Value::Object(fields) => {
            fields.values_mut().for_each(with_later_fields);
            fields.insert("later".to_owned(), json!({ "since": [1, null] }));
        }
        Value::Array(items) => items.iter_mut().for_each(with_later_fields),
        _ => {}
    }
}

/// Reads a value as a newer release may have written it, changes it, and gives what is written then.
fn carried<T: Serialize + DeserializeOwned>(value: &T, change: impl FnOnce(T) -> T) -> (Value, T) {
    let mut document = serde_json::to_value(value).unwrap();
    with_later_fields(&mut document);
    let payload = serde_json::to_vec(&Envelope::new(uuid(8), document)).unwrap();
    let read = Envelope::<T>::open(&payload).unwrap();
    let unknown = Unknown::of(&read.document, &read.body).unwrap();
    let next = change(read.body);
    let mut written = serde_json::to_value(&next).unwrap();
    unknown.put_back(&mut written);
    (written, next)
}

/// What is written holds the value, and every object that was there before has its later field still.
fn check<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(
    written: &Value,
    value: &T,
    paths: &[&str],
) {
    let read: T = serde_json::from_value(written.clone()).unwrap();
    assert_eq!(&read, value, "the known part is what it became");
    for path in paths {
        let later = written.pointer(&format!("{path}/later"));
        assert_eq!(
            later,
            Some(&json!({ "since": [1, null] })),
            "{path}: {written}"
        );
    }
}

fn an_input() -> impl Strategy<Value = Input> {
    let who = prop_oneof![Just(one()), Just(other())];
    let vote = prop_oneof![Just(Vote::Keep), Just(Vote::End)];
    (0..7u8, who, vote).prop_map(|(kind, by, vote)| match kind {
        0 => Input::Start { by },
        1 => Input::Vote { by, vote },
        2 => Input::Extend { by },
        3 => Input::Leave { by },
        4 => Input::Block { by },
        5 => Input::Arrived { member: by },
        _ => Input::Departed { member: by },
    })
}

fn lived(room: Room, inputs: &[(Input, u64)]) -> Room {
    let mut now = NOW;
    inputs.iter().fold(room, |room, (input, wait_ms)| {
        now = now.plus(Duration::from_millis(*wait_ms));
        match room.apply(*input, now) {
            Ok(Transition::Changed { room, .. }) => *room,
            Ok(Transition::Unchanged) | Err(_) => room,
        }
    })
}

proptest! {
    #[test]
    fn of_a_room_whatever_happens_to_it(
        before in prop::collection::vec((an_input(), 0..400_000u64), 0..6),
        after in prop::collection::vec((an_input(), 0..400_000u64), 1..6),
    ) {
        let begun = lived(room(), &before);
        let (written, next) = carried(&begun, |room| lived(room, &after));
        check(&written, &next, &["", "/origin", "/origin/reasons/0", "/timing", "/phase", "/seats/0", "/seats/1"]);
    }

    #[test]
    fn of_a_pair_whatever_happens_to_it(kinds in prop::collection::vec((0..6u8, any::<bool>(), any::<bool>()), 1..8)) {
        let strangers = Pair::strangers(PairKey::of(one(), other()).unwrap());
        let (written, next) = carried(&strangers, |pair| {
            kinds.iter().fold(pair, |pair, (kind, first, on)| {
                let by = if *first { one() } else { other() };
                let input = match kind {
                    0 => pair::Input::Opened(room_id()),
                    1 => pair::Input::Met { room: room_id(), at: Timestamp(NOW.0 + 1) },
                    2 => pair::Input::Kept,
                    3 => pair::Input::Like { by, on: *on },
                    4 => pair::Input::Report { by },
                    _ => pair::Input::Block { by, on: *on },
                };
                pair.apply(input).unwrap_or(pair)
            })
        });
        check(&written, &next, &["", "/key"]);
    }

    #[test]
    fn of_a_ticket_wherever_it_moves(kind in 0..3u8) {
        let state = match kind {
            0 => TicketState::Waiting,
            1 => TicketState::Matched { room_id: room_id() },
            _ => TicketState::Gone { why: Gone::NoShow },
        };
        let features = domain::matching::Features::default();
        let ticket = Ticket::join(domain::TicketId(uuid(6)), one(), features, NOW);
        let (written, next) = carried(&ticket, |ticket| ticket.moved_to(state));
        check(&written, &next, &["", "/features"]);
    }
}
