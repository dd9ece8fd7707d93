use contract::{streams::CHAT, subjects};
use domain::RoomId;
use serde_json::json;
use uuid::Uuid;

use crate::{realtime::two_in_a_room, world::World};

#[tokio::test]
async fn an_acknowledged_message_is_in_the_next_read() {
    let world = World::start(&[]).await;
    let (ann, ben, room) = world.two_in_a_room().await;
    let mut prev_seq = json!(0);
    for number in 0..20 {
        let sent = world
            .say(&ann, &room, &format!("message {number} 👋"))
            .await
            .expect(201);
        assert_eq!(sent["prev_seq"], prev_seq);
        prev_seq = sent["seq"].clone();
        let page = world
            .get(&ben, &format!("/chat/rooms/{room}/messages?limit=1"))
            .await
            .expect(200);
        assert_eq!(page["items"], json!([sent]));
        let list = world.get(&ben, "/chat/rooms").await.expect(200);
        assert_eq!(list["items"][0]["last_message"], sent);
        assert_eq!(list["items"][0]["unread_count"], number + 1);
    }
    let mine = world
        .get(&ann, &format!("/chat/rooms/{room}"))
        .await
        .expect(200);
    assert_eq!(mine["unread_count"], 0);
}

#[tokio::test]
async fn a_text_message_reads_no_sql_not_even_the_first_of_a_room() {
    use sea_orm::ConnectionTrait;
    let world = World::without_workers(&[]).await;
    let (ann, ben, room) = crate::realtime::two_in_a_room(&world).await;
    let taken_away = "ALTER TABLE messages RENAME TO elsewhere";
    world
        .database
        .write
        .execute_unprepared(taken_away)
        .await
        .unwrap();
    let first = world.say(&ann, &room, "One.").await.expect(201);
    let second = world.say(&ben, &room, "Two.").await.expect(201);
    assert_eq!(
        (&first["prev_seq"], &second["prev_seq"]),
        (&json!(0), &first["seq"])
    );
}

#[tokio::test]
async fn the_same_client_id_is_the_same_message() {
    let world = World::start(&[]).await;
    let (ann, ben, room) = world.two_in_a_room().await;
    let path = format!("/chat/rooms/{room}/messages");
    let form = json!({ "client_id": Uuid::now_v7(), "text": "once" });
    let first = world
        .ask(&ann, "POST", &path, Some(form.clone()))
        .await
        .expect(201);
    let second = world
        .ask(&ann, "POST", &path, Some(form.clone()))
        .await
        .expect(200);
    assert_eq!(first, second);
    let of_another = world.ask(&ben, "POST", &path, Some(form)).await.expect(201);
    assert_ne!(of_another["id"], first["id"]);
    let page = world.get(&ann, &path).await.expect(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 2);
}

/// As after a loss of the stream's end: the broker knows the name of a message that it has not.
#[tokio::test]
async fn a_message_that_is_nowhere_any_more_is_stored_anew_although_the_broker_remembers_its_name()
{
    let world = World::without_workers(&[]).await;
    let (ann, _, room) = two_in_a_room(&world).await;
    let path = format!("/chat/rooms/{room}/messages");
    let form = json!({ "client_id": Uuid::now_v7(), "text": "held by its sender" });
    let send = async || world.ask(&ann, "POST", &path, Some(form.clone())).await;
    let first = send().await.expect(201);
    let subject = subjects::chat(RoomId(room.parse().unwrap()));
    assert_eq!(world.broker.purge(&CHAT, &subject, 0).await.unwrap(), 1);
    let again = send().await.expect(201);
    assert!(again["seq"].as_u64() > first["seq"].as_u64(), "{again}");
    assert_eq!(send().await.expect(200), again, "and then it is known");
    let page = world.get(&ann, &path).await.expect(200);
    assert_eq!(page["items"], json!([again]));
}

#[tokio::test]
async fn what_is_wrong_with_a_message_is_named() {
    let world = World::start(&[]).await;
    let (ann, _, room) = world.two_in_a_room().await;
    let path = format!("/chat/rooms/{room}/messages");
    let id = Uuid::now_v7();
    let cases = [
        (json!({ "client_id": id, "text": "" }), "text", "too_short"),
        (json!({ "client_id": id, "text": " \n" }), "text", "blank"),
        (
            json!({ "client_id": id, "text": "é".repeat(4_001) }),
            "text",
            "too_long",
        ),
        (
            json!({ "client_id": Uuid::new_v4(), "text": "hi" }),
            "client_id",
            "not_uuid_v7",
        ),
        (
            json!({ "client_id": "nonsense", "text": "hi" }),
            "client_id",
            "invalid_value",
        ),
        (
            json!({ "client_id": id, "text": "a\u{0}b" }),
            "text",
            "invalid_characters",
        ),
        (
            json!({ "client_id": id, "text": "hi", "sender_id": id }),
            "sender_id",
            "unknown_field",
        ),
        (json!({ "text": "hi" }), "client_id", "required"),
    ];
    for (form, field, code) in cases {
        world
            .ask(&ann, "POST", &path, Some(form))
            .await
            .expect_fault(field, code);
    }
    world.say(&ann, &room, &"é".repeat(4_000)).await.expect(201);
    let page = world.get(&ann, &path).await.expect(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_ended_room_takes_no_message_but_knows_the_ones_it_has() {
    let world = World::start(&[]).await;
    let (ann, ben, room) = world.two_in_a_room().await;
    let path = format!("/chat/rooms/{room}/messages");
    let form = json!({ "client_id": Uuid::now_v7(), "text": "in time" });
    let sent = world
        .ask(&ann, "POST", &path, Some(form.clone()))
        .await
        .expect(201);
    world
        .post(&ben, &format!("/chat/rooms/{room}/leave"))
        .await
        .expect(200);
    world
        .say(&ann, &room, "too late")
        .await
        .expect_problem(409, "room_ended");
    assert_eq!(
        world.ask(&ann, "POST", &path, Some(form)).await.expect(200),
        sent
    );
    assert_eq!(
        world.get(&ann, &path).await.expect(200)["items"],
        json!([sent])
    );
}
