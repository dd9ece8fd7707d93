use std::collections::BTreeSet;

use contract::public_events::Fact;
use domain::{RoomId, UserId};
use uuid::Uuid;

use super::{events::EVENTS, *};

#[test]
fn every_frame_of_the_contract_is_documented() {
    let messages = &DOCUMENT["components"]["messages"];
    for frame in ["auth", "send", "typing", "read", "history", "ping"] {
        assert!(
            messages.get(format!("chat.client.{frame}")).is_some(),
            "{frame}"
        );
    }
    for frame in [
        "hello", "message", "ack", "stored", "typing", "presence", "read", "room", "error",
        "history", "auth_ok", "pong",
    ] {
        assert!(
            messages.get(format!("chat.server.{frame}")).is_some(),
            "{frame}"
        );
    }
    for frame in [
        "hello",
        "match_found",
        "room",
        "unread",
        "presence",
        "signed_out",
    ] {
        assert!(
            messages
                .get(format!("notifications.server.{frame}"))
                .is_some(),
            "{frame}"
        );
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let mut references = BTreeSet::new();
    collect(&DOCUMENT, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        assert!(DOCUMENT.pointer(&reference[1..]).is_some(), "{reference}");
    }
}

#[test]
fn the_documented_subjects_are_those_that_are_published() {
    let id = Uuid::from_u128(7);
    let user_id = UserId(id);
    let registered = Fact::UserRegistered { user_id };
    let deleted = Fact::UserDeleted { user_id };
    let reported = Fact::UserReported { user_id };
    let sent = Fact::MessageSent(MessageSent {
        room_id: RoomId(id),
        message_id: domain::MessageId(id),
        sender_id: UserId(id),
        seq: 1,
    });
    for fact in [registered, deleted, reported, sent] {
        let subject = fact.nats_subject().replace(&id.to_string(), "{id}");
        assert!(
            EVENTS
                .iter()
                .any(|(_, documented, _)| *documented == subject),
            "{subject}"
        );
    }
}

fn collect(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                match member {
                    Value::String(target) if key == "$ref" => {
                        references.insert(target.clone());
                    }
                    _ => collect(member, references),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        _ => {}
    }
}
