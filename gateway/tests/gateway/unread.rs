use serde_json::json;

use crate::world::World;

/// Two persistence workers may store the messages of a room out of order for a moment.
#[tokio::test]
async fn what_is_unread_is_counted_whole_while_a_later_message_is_stored_before_an_earlier_one() {
    let world = World::without_workers(&[]).await;
    let (ann, ben, room) = crate::realtime::two_in_a_room(&world).await;
    let mut newest = json!(null);
    for text in ["One.", "Two.", "Three."] {
        newest = world.say(&ann, &room, text).await.expect(201);
    }
    store_room(&world, &room).await;
    store_message(&world, &newest).await;
    let seen = world.get(&ben, &format!("/chat/rooms/{room}")).await;
    assert_eq!(seen.expect(200)["unread_count"], 3);
}

async fn store_room(world: &World, room: &str) {
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

async fn store_message(world: &World, message: &serde_json::Value) {
    let id = |field: &str| message[field].as_str().unwrap().parse().unwrap();
    let row = entities::message::Model {
        room_id: id("room_id"),
        seq: message["seq"].as_i64().unwrap(),
        id: id("id"),
        sender_id: id("sender_id"),
        client_id: id("client_id"),
        text: message["text"].as_str().unwrap().to_owned(),
        attachments: json!([]),
        sent_at: 0,
    };
    entities::message::Entity::insert_new(&world.database.write, vec![row])
        .await
        .unwrap();
}
