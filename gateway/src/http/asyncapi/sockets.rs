//! The two sockets: a channel each, a message for each frame type.

use serde_json::{Map, Value, json};

use super::{Parts, reference, reference_to_channel};

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
                    "id": { "type": "string", "format": "uuid", "description": "Its id: where another message stands there, the client is told to read again" },
                },
            } } });
        }
        channel
    }
}

/// Adds the sockets' channels, messages and operations.
pub(super) fn describe(schemas: &Map<String, Value>, parts: &mut Parts) {
    for socket in [CHAT, NOTIFICATIONS] {
        let mut of_channel = Map::new();
        let sides = [
            ("client", "receive", socket.client_frames),
            ("server", "send", socket.server_frames),
        ];
        for (side, action, enum_name) in sides {
            for (name, payload) in frames(schemas, enum_name) {
                let key = format!("{}.{side}.{name}", socket.name);
                of_channel.insert(key.clone(), reference("messages", &key));
                let message =
                    json!({ "name": name, "contentType": "application/json", "payload": payload });
                parts.messages.insert(key, message);
            }
            parts.operations.insert(
                format!("{}.{side}", socket.name),
                json!({ "action": action, "channel": reference_to_channel(socket.name), "summary": format!("What the {side} sends") }),
            );
        }
        let channel = socket.channel(&of_channel);
        parts.channels.insert(socket.name.to_owned(), channel);
    }
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
