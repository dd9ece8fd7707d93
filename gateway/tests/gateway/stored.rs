//! Rows as persistence would have written them, in a world that has none.

use serde_json::{Value, json};

use crate::world::World;

/// The room as it is now.
pub async fn store_room(world: &World, room: &str) {
    let read = world.broker.room(room.parse().unwrap()).await.unwrap();
    let room = read.unwrap();
    let [low, high] = room.value.members;
    let row = entities::room::Model {
        id: room.value.id.0,
        low_user: low.0,
        high_user: high.0,
        state: "idle".to_owned(),
        kept: false,
        reason: None,
        revision: 1,
        life_seq: i64::try_from(room.seq).unwrap(),
        created_at: room.value.created_at.0,
        ends_at: None,
        document: serde_json::to_value(&room.value).unwrap(),
        last_message_seq: 0,
        last_message_at: None,
    };
    entities::room::Entity::upsert(&world.database.write, [row])
        .await
        .unwrap();
}

/// A message as it was answered to its sender.
pub async fn store_message(world: &World, message: &Value) {
    let id = |field: &str| message[field].as_str().unwrap().parse().unwrap();
    let sent_at: domain::Timestamp = serde_json::from_value(message["sent_at"].clone()).unwrap();
    let row = entities::message::Model {
        room_id: id("room_id"),
        seq: message["seq"].as_i64().unwrap(),
        id: id("id"),
        sender_id: id("sender_id"),
        client_id: id("client_id"),
        text: message["text"].as_str().unwrap().to_owned(),
        attachments: json!([]),
        sent_at: sent_at.0,
    };
    entities::message::Entity::insert_new(&world.database.write, vec![row])
        .await
        .unwrap();
}
