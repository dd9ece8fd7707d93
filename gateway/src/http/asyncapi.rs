//! `/asyncapi.json`: the sockets and the public events, from the same Rust types that travel.
//!
//! AsyncAPI 3.0. Schemas are the OpenAPI components of the types, which are JSON Schema 2020-12; each frame type of an
//! enum becomes one message.

use std::sync::LazyLock;

use axum::{Json, response::Html};
use contract::{
    frames::{
        ChatClientFrame, ChatServerFrame, NotificationsClientFrame, NotificationsServerFrame,
    },
    public_events::{CloudEvent, MessageSent, RoomEnded, RoomFact},
};
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use super::asyncapi_page;

#[derive(OpenApi)]
#[openapi(components(schemas(
    ChatClientFrame,
    ChatServerFrame,
    NotificationsClientFrame,
    NotificationsServerFrame,
    CloudEvent,
    RoomFact,
    RoomEnded,
    MessageSent,
)))]
struct Schemas;

/// What a public event is called, on which subject it comes, and the schema of its data.
const EVENTS: [(&str, &str, &str); 8] = [
    (
        "user.registered",
        "webchat.v1.evt.user.{id}.registered",
        "UserRegistered",
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
    ("match.made", "webchat.v1.evt.match.{id}.made", "RoomFact"),
];

static DOCUMENT: LazyLock<Value> = LazyLock::new(document);
static PAGE: LazyLock<String> = LazyLock::new(|| asyncapi_page::render(&DOCUMENT));

/// `GET /asyncapi.json`.
pub async fn get_document() -> Json<&'static Value> {
    Json(&DOCUMENT)
}

/// `GET /ws/docs`: the same for people. Plain HTML; nothing is loaded from anywhere.
pub async fn get_page() -> Html<&'static str> {
    Html(&PAGE)
}

fn document() -> Value {
    let schemas = schemas();
    let mut messages = Map::new();
    let mut channels = Map::new();
    let mut operations = Map::new();
    for socket in [CHAT, NOTIFICATIONS] {
        let client = frames(&schemas, socket.client_frames);
        let server = frames(&schemas, socket.server_frames);
        let mut of_channel = Map::new();
        for (side, frames) in [("client", &client), ("server", &server)] {
            for (name, payload) in frames {
                let key = format!("{}.{side}.{name}", socket.name);
                of_channel.insert(key.clone(), reference("messages", &key));
                messages.insert(
                    key,
                    json!({ "name": name, "contentType": "application/json", "payload": payload }),
                );
            }
            let action = if side == "client" { "receive" } else { "send" };
            operations.insert(
                format!("{}.{side}", socket.name),
                json!({ "action": action, "channel": reference_to_channel(socket.name), "summary": format!("What the {side} sends") }),
            );
        }
        channels.insert(socket.name.to_owned(), socket.channel(&of_channel));
    }
    for (name, subject, schema) in EVENTS {
        let key = format!("event.{name}");
        messages.insert(key.clone(), event_message(name, schema));
        channels.insert(key.clone(), event_channel(subject, &key));
        operations.insert(
            key.clone(),
            json!({ "action": "send", "channel": reference_to_channel(&key), "summary": "Published after the fact is in the database" }),
        );
    }
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "WebChat sockets and events",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "WebSocket frames of the gateway (one JSON object a text frame, at most 64 KiB) and the public events on NATS (CloudEvents 1.0, stream EVENTS).",
        },
        "defaultContentType": "application/json",
        "servers": {
            "gateway": { "host": "localhost:8080", "protocol": "ws", "description": "The gateway; the access token comes as `Authorization: Bearer` or as the subprotocol pair `webchat.v1, bearer.<token>`." },
            "nats": { "host": "localhost:4222", "protocol": "nats", "description": "The broker, with the integrator's user." },
        },
        "channels": channels,
        "operations": operations,
        "components": { "messages": messages, "schemas": schemas },
    })
}

/// One of the two sockets.
#[derive(Clone, Copy)]
struct Socket {
    name: &'static str,
    address: &'static str,
    client_frames: &'static str,
    server_frames: &'static str,
}

const CHAT: Socket = Socket {
    name: "chat",
    address: "/ws/chat/{room_id}",
    client_frames: "ChatClientFrame",
    server_frames: "ChatServerFrame",
};

const NOTIFICATIONS: Socket = Socket {
    name: "notifications",
    address: "/ws/notifications",
    client_frames: "NotificationsClientFrame",
    server_frames: "NotificationsServerFrame",
};

impl Socket {
    fn channel(self, messages: &Map<String, Value>) -> Value {
        let mut channel = json!({
            "address": self.address,
            "messages": messages,
            "servers": [{ "$ref": "#/servers/gateway" }],
        });
        if self.address.contains("{room_id}") {
            channel["parameters"] = json!({ "room_id": { "description": "The room" } });
            channel["bindings"] = json!({ "ws": { "query": {
                "type": "object",
                "properties": {
                    "after": { "type": "integer", "description": "The last message that the client has" },
                    "epoch": { "type": "string", "format": "uuid", "description": "The epoch that it came with" },
                },
            } } });
        }
        channel
    }
}

fn schemas() -> Map<String, Value> {
    let components = serde_json::to_value(Schemas::openapi().components).unwrap_or_default();
    let mut schemas = match components.get("schemas") {
        Some(Value::Object(schemas)) => schemas.clone(),
        _ => Map::new(),
    };
    schemas.insert(
        "UserRegistered".to_owned(),
        json!({ "type": "object", "required": ["user_id"], "properties": { "user_id": { "type": "string", "format": "uuid" } } }),
    );
    schemas
}

/// The variants of a frame enum: the value of `type`, and the schema.
fn frames(schemas: &Map<String, Value>, name: &str) -> Vec<(String, Value)> {
    let variants = schemas.get(name).and_then(|schema| schema.get("oneOf"));
    let variants = variants
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    variants
        .into_iter()
        .filter_map(|variant| Some((frame_type(&variant)?, variant)))
        .collect()
}

fn frame_type(schema: &Value) -> Option<String> {
    let own = schema
        .pointer("/properties/type/enum/0")
        .or_else(|| schema.pointer("/properties/type/const"));
    if let Some(Value::String(name)) = own {
        return Some(name.clone());
    }
    schema.get("allOf")?.as_array()?.iter().find_map(frame_type)
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

fn reference(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}

fn reference_to_channel(name: &str) -> Value {
    json!({ "$ref": format!("#/channels/{name}") })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use contract::public_events::Fact;
    use domain::{RoomId, UserId};
    use uuid::Uuid;

    use super::*;

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
        for frame in ["hello", "match_found", "room", "unread", "signed_out"] {
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
        let registered = Fact::UserRegistered {
            user_id: UserId(id),
        };
        let sent = Fact::MessageSent(MessageSent {
            room_id: RoomId(id),
            message_id: domain::MessageId(id),
            sender_id: UserId(id),
            seq: 1,
        });
        for fact in [registered, sent] {
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
}
