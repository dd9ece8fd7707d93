use serde_json::json;

use crate::{
    stored::{store_message, store_room},
    world::World,
};

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
