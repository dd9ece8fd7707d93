//! The public events: a channel for each subject.

use serde_json::{Value, json};

use super::{Parts, reference, reference_to_channel};

/// What a public event is called, on which subject it comes, and the schema of its data.
pub(super) const EVENTS: [(&str, &str, &str); 11] = [
    (
        "user.registered",
        "webchat.v1.evt.user.{id}.registered",
        "UserRegistered",
    ),
    (
        "user.deleted",
        "webchat.v1.evt.user.{id}.deleted",
        "UserDeleted",
    ),
    (
        "user.reported",
        "webchat.v1.evt.user.{id}.reported",
        "UserReported",
    ),
    (
        "room.created",
        "webchat.v1.evt.room.{id}.created",
        "RoomFact",
    ),
    (
        "room.countdown_started",
        "webchat.v1.evt.room.{id}.countdown_started",
        "RoomFact",
    ),
    (
        "room.notification_started",
        "webchat.v1.evt.room.{id}.notification_started",
        "RoomFact",
    ),
    ("room.kept", "webchat.v1.evt.room.{id}.kept", "RoomFact"),
    ("room.ended", "webchat.v1.evt.room.{id}.ended", "RoomEnded"),
    (
        "room.message_sent",
        "webchat.v1.evt.room.{id}.message_sent",
        "MessageSent",
    ),
    (
        "room.mutual_like",
        "webchat.v1.evt.room.{id}.mutual_like",
        "MutualLike",
    ),
    ("match.made", "webchat.v1.evt.match.{id}.made", "RoomFact"),
];

/// Adds the events' channels, messages and operations.
pub(super) fn describe(parts: &mut Parts) {
    for (name, subject, schema) in EVENTS {
        let key = format!("event.{name}");
        parts
            .messages
            .insert(key.clone(), event_message(name, schema));
        parts
            .channels
            .insert(key.clone(), event_channel(subject, &key));
        let operation = json!({ "action": "send", "channel": reference_to_channel(&key), "summary": "Published after the fact is in the database" });
        parts.operations.insert(key, operation);
    }
}

fn event_message(name: &str, schema: &str) -> Value {
    let data = json!({ "type": "object", "properties": { "data": reference("schemas", schema) } });
    json!({
        "name": format!("webchat.v1.{name}"),
        "contentType": "application/cloudevents+json",
        "payload": { "allOf": [reference("schemas", "CloudEvent"), data] },
    })
}

fn event_channel(subject: &str, message: &str) -> Value {
    json!({
        "address": subject,
        "parameters": { "id": { "description": "The user, the room" } },
        "servers": [{ "$ref": "#/servers/nats" }],
        "messages": { message: reference("messages", message) },
    })
}
