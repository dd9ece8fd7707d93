//! What a read of a room's messages finds, wherever they are.

use contract::{streams::CHAT, subjects};
use domain::RoomId;
use serde_json::{Value, json};

use crate::{
    realtime::two_in_a_room,
    stored::store_message,
    world::{Person, World},
};

#[tokio::test]
async fn history_is_read_in_both_directions() {
    let world = World::start(&[]).await;
    let (ann, _, room) = world.two_in_a_room().await;
    let mut sent = Vec::new();
    for number in 0..5 {
        sent.push(
            world
                .say(&ann, &room, &number.to_string())
                .await
                .expect(201),
        );
    }
    let read = async |query: &str| read(&world, &ann, &room, query).await;
    let before = format!("before={}&limit=2", sent[4]["seq"]);
    assert_eq!(read(&before).await, page(&sent[2..4], true));
    let after = format!("after={}&limit=10", sent[1]["seq"]);
    assert_eq!(read(&after).await, page(&sent[2..], false));
    let path = format!("/chat/rooms/{room}/messages");
    for query in ["limit=0", "limit=101", "before=-1", "after=x"] {
        world
            .get(&ann, &format!("{path}?{query}"))
            .await
            .expect_problem(422, "validation_failed");
    }
}

/// Who stores messages may be killed before it says so, and the stream may let go what is stored.
#[tokio::test]
async fn what_is_stored_and_forgotten_by_the_stream_is_read_before_anybody_has_said_that_it_is_stored()
 {
    let world = World::without_workers(&[]).await;
    let (ann, _, room) = two_in_a_room(&world).await;
    let mut sent = Vec::new();
    for text in ["One.", "Two.", "Three.", "Four."] {
        sent.push(world.say(&ann, &room, text).await.expect(201));
    }
    for stored in &sent[..3] {
        store_message(&world, stored).await;
    }
    let subject = subjects::chat(RoomId(room.parse().unwrap()));
    assert_eq!(world.broker.purge(&CHAT, &subject, 2).await.unwrap(), 2);

    let read = async |query: &str| read(&world, &ann, &room, query).await;
    let seq = |index: usize| &sent[index]["seq"];
    assert_eq!(read("").await, page(&sent, false));
    assert_eq!(read("limit=3").await, page(&sent[1..], true));
    assert_eq!(
        read(&format!("before={}", seq(2))).await,
        page(&sent[..2], false)
    );
    assert_eq!(read("after=0").await, page(&sent, false));
    assert_eq!(read("after=0&limit=1").await, page(&sent[..1], true));
    assert_eq!(
        read(&format!("after={}", seq(0))).await,
        page(&sent[1..], false)
    );
}

/// What a person reads of a room, and whether there is more.
async fn read(world: &World, person: &Person, room: &str, query: &str) -> (Value, Value) {
    let path = format!("/chat/rooms/{room}/messages?{query}");
    let page = world.get(person, &path).await.expect(200);
    (page["items"].clone(), page["has_more"].clone())
}

fn page(items: &[Value], has_more: bool) -> (Value, Value) {
    (json!(items), json!(has_more))
}
