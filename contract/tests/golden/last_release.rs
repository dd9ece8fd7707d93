//! What the last release wrote is in `golden/v0.1.0`, word for word. Those files are never edited: with each release the
//! present golden files are copied into a folder of their own, and the oldest folder goes when nobody can still have
//! what it holds.

use std::{fmt::Debug, fs, path::Path};

use domain::{pair::Pair, room::Room, ticket::Ticket};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use webchat_contract::{
    DeadLetter, Envelope, Unknown,
    frames::{
        ChatClientFrame, ChatServerFrame, NotificationsClientFrame, NotificationsServerFrame,
    },
    life::{Due, Heartbeat, Lease},
    live::{Outlook, OutlookRequest, Realtime, StoredFloor, UserNotice},
    message::StoredMessage,
    receipt::Receipt,
    revocation::Revocation,
};

fn values_in(folder: &str, name: &str) -> Vec<Value> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let path = golden.join(folder).join(format!("{name}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let values: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(!values.is_empty(), "{name}");
    values
}

fn of_last_release(name: &str) -> Vec<Value> {
    values_in("v0.1.0", name)
}

/// Today's type reads it, and writes everything again that was in it.
fn understood<T: Serialize + DeserializeOwned + Debug>(name: &str) {
    for value in of_last_release(name) {
        let read: T = serde_json::from_value(value.clone())
            .unwrap_or_else(|error| panic!("{name}: {error}: {value}"));
        let lost = Unknown::of(&value, &read).unwrap();
        assert!(lost.is_empty(), "{name}: {lost:?} of {value}");
    }
}

fn opened<T: Serialize + DeserializeOwned + Debug>(name: &str) {
    for value in of_last_release(name) {
        let event = Envelope::<T>::open(value.to_string().as_bytes())
            .unwrap_or_else(|error| panic!("{name}: {error}: {value}"));
        let lost = Unknown::of(&event.document, &event.body).unwrap();
        assert!(lost.is_empty(), "{name}: {lost:?} of {value}");
    }
}

#[test]
fn what_the_last_release_stored_is_understood_and_written_again_whole() {
    opened::<Room>("life_rooms");
    opened::<Pair>("life_pairs");
    opened::<Pair>("life_pairs_without_defaults");
    opened::<Ticket>("life_tickets");
    understood::<Due>("life_due");
    understood::<Lease>("life_leases");
    understood::<Heartbeat>("life_leader");
    understood::<StoredMessage>("chat_messages");
    understood::<StoredMessage>("chat_messages_without_defaults");
    understood::<Receipt>("receipts");
    understood::<Revocation>("revocations");
    understood::<DeadLetter>("dead_letters");
}

#[test]
fn what_processes_and_clients_of_the_last_release_say_is_understood() {
    understood::<Realtime>("live_realtime");
    understood::<UserNotice>("live_user_notices");
    understood::<StoredFloor>("live_stored");
    understood::<OutlookRequest>("live_outlook_requests");
    understood::<Outlook>("live_outlooks");
    understood::<ChatClientFrame>("chat_client_frames");
    understood::<NotificationsClientFrame>("notifications_client_frames");
    understood::<ChatServerFrame>("chat_server_frames");
    understood::<NotificationsServerFrame>("notifications_server_frames");
}

/// Whether everything that `old` has, by name and kind, is in `new` too.
fn covers(new: &Value, old: &Value) -> bool {
    match (new, old) {
        (Value::Object(new), Value::Object(old)) => old
            .iter()
            .all(|(name, old)| new.get(name).is_some_and(|new| covers(new, old))),
        (Value::Array(new), Value::Array(old)) => {
            old.iter().zip(new).all(|(old, new)| covers(new, old))
        }
        (_, Value::Null) | (Value::Null, _) => true,
        (Value::String(_), Value::String(_)) => true,
        (Value::Number(_), Value::Number(_)) | (Value::Bool(_), Value::Bool(_)) => true,
        _ => false,
    }
}

/// Each value of the last release has one of today that covers it and carries the same name.
fn still_told(name: &str, kind_of: impl Fn(&Value) -> Value) {
    let today = values_in("", name);
    for old in of_last_release(name) {
        let kind = kind_of(&old);
        assert!(
            today
                .iter()
                .any(|new| kind_of(new) == kind && covers(new, &old)),
            "{name}: a reader of the last release misses something in today's {kind}"
        );
    }
}

#[test]
fn readers_of_the_last_release_find_everything_in_what_is_told_today() {
    still_told("public_events", |event| event["event"]["type"].clone());
    still_told("chat_server_frames", |frame| frame["type"].clone());
    still_told("notifications_server_frames", |frame| frame["type"].clone());
    still_told("live_user_notices", |notice| notice["type"].clone());
}
