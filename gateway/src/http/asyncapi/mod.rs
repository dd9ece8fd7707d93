//! `/asyncapi.json`: the sockets and the public events, from the same Rust types that travel.
//!
//! AsyncAPI 3.0. Schemas are the OpenAPI components of the types, which are JSON Schema 2020-12; each frame type of an
//! enum becomes one message.

mod events;
mod page;
mod sockets;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use axum::{Json, response::Html};
use contract::{
    frames::{
        ChatClientFrame, ChatServerFrame, NotificationsClientFrame, NotificationsServerFrame,
    },
    public_events::{CloudEvent, MessageSent, MutualLike, RoomEnded, RoomFact},
};
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

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
    MutualLike,
)))]
struct Schemas;

static DOCUMENT: LazyLock<Value> = LazyLock::new(document);
static PAGE: LazyLock<String> = LazyLock::new(|| page::render(&DOCUMENT));

/// `GET /asyncapi.json`.
pub async fn get_document() -> Json<&'static Value> {
    Json(&DOCUMENT)
}

/// `GET /ws/docs`: the same for people. Plain HTML; nothing is loaded from anywhere.
pub async fn get_page() -> Html<&'static str> {
    Html(&PAGE)
}

/// The parts of the document that name each other.
#[derive(Default)]
struct Parts {
    messages: Map<String, Value>,
    channels: Map<String, Value>,
    operations: Map<String, Value>,
}

fn document() -> Value {
    let schemas = schemas();
    let mut parts = Parts::default();
    sockets::describe(&schemas, &mut parts);
    events::describe(&mut parts);
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
        "channels": parts.channels,
        "operations": parts.operations,
        "components": { "messages": parts.messages, "schemas": schemas },
    })
}

fn schemas() -> Map<String, Value> {
    let components = serde_json::to_value(Schemas::openapi().components).unwrap_or_default();
    let mut schemas = match components.get("schemas") {
        Some(Value::Object(schemas)) => schemas.clone(),
        _ => Map::new(),
    };
    for of_user in ["UserRegistered", "UserDeleted", "UserReported"] {
        let schema = json!({ "type": "object", "required": ["user_id"], "properties": { "user_id": { "type": "string", "format": "uuid" } } });
        schemas.insert(of_user.to_owned(), schema);
    }
    schemas
}

fn reference(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}

fn reference_to_channel(name: &str) -> Value {
    json!({ "$ref": format!("#/channels/{name}") })
}
