use serde_json::json;
use uuid::Uuid;

use crate::world::World;

#[tokio::test]
async fn an_opened_room_is_in_both_lists_at_once_and_there_is_one_a_pair() {
    let world = World::start(&[]).await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let room = world.open_room(&ann, &ben).await.expect(201);
    for person in [&ann, &ben] {
        let list = world.get(person, "/chat/rooms").await.expect(200);
        assert_eq!(list["items"], json!([room]));
        assert_eq!(list["next_cursor"], json!(null));
    }
    assert_eq!(
        (&room["state"], &room["kept"], &room["match"]),
        (&json!("idle"), &json!(false), &json!(null))
    );
    let again = world.open_room(&ben, &ann).await.expect(200);
    assert_eq!(again["id"], room["id"]);
}

#[tokio::test]
async fn a_room_is_usable_by_its_id_while_nobody_writes_the_database() {
    let world = World::without_workers(&[]).await;
    let (ann, ben, room) = world.two_in_a_room().await;
    world.say(&ann, &room, "hello").await.expect(201);
    let seen = world
        .get(&ben, &format!("/chat/rooms/{room}"))
        .await
        .expect(200);
    assert_eq!(seen["last_message"]["text"], "hello");
    assert_eq!(seen["unread_count"], 1);
    let page = world
        .get(&ben, &format!("/chat/rooms/{room}/messages"))
        .await
        .expect(200);
    assert_eq!(page["items"][0]["text"], "hello");
    world
        .post(&ann, &format!("/simple-countdown/start/{room}"))
        .await
        .expect(200);
    world
        .post(&ann, &format!("/chat/rooms/{room}/leave"))
        .await
        .expect(200);
    let status = world
        .get(&ben, &format!("/simple-countdown/status/{room}"))
        .await
        .expect(200);
    assert_eq!(
        (&status["state"], &status["reason"]),
        (&json!("ended"), &json!("left"))
    );
}

#[tokio::test]
async fn a_room_that_is_not_yours_is_not_there() {
    let world = World::start(&[]).await;
    let (_, _, room) = world.two_in_a_room().await;
    let eve = world.person("eve").await;
    let message = json!({ "client_id": Uuid::now_v7(), "text": "hi" });
    for id in [
        room.as_str(),
        &Uuid::now_v7().to_string(),
        "nonsense",
        "%00",
        &room.replace('-', ""),
    ] {
        let routes = [
            ("GET", format!("/chat/rooms/{id}"), None),
            ("GET", format!("/chat/rooms/{id}/messages"), None),
            (
                "POST",
                format!("/chat/rooms/{id}/messages"),
                Some(message.clone()),
            ),
            ("POST", format!("/chat/rooms/{id}/leave"), None),
            ("POST", format!("/chat/keep/{id}"), None),
            (
                "POST",
                format!("/chat/like/{id}"),
                Some(json!({ "response": "yes" })),
            ),
            ("POST", format!("/simple-countdown/start/{id}"), None),
            (
                "POST",
                format!("/simple-countdown/response/{id}"),
                Some(json!({ "response": "keep" })),
            ),
            ("POST", format!("/simple-countdown/extend/{id}"), None),
            ("GET", format!("/simple-countdown/status/{id}"), None),
        ];
        for (method, path, body) in routes {
            let answer = world.ask(&eve, method, &path, body).await;
            answer.expect_problem(404, "room_not_found");
        }
    }
}

#[tokio::test]
async fn nobody_can_open_a_room_with_nobody_oneself_or_somebody_of_the_other_age_group() {
    let world = World::start(&[("WEBCHAT__ACCOUNT__MINIMUM_AGE", "13")]).await;
    let ann = world.person("ann").await;
    let young = world
        .client()
        .register("kim", &years_ago(15))
        .await
        .person();
    world
        .open_room(&ann, &ann)
        .await
        .expect_fault("peer_id", "oneself");
    world
        .open_room(&ann, &young)
        .await
        .expect_problem(404, "user_not_found");
    world
        .open_room(&young, &ann)
        .await
        .expect_problem(404, "user_not_found");
    let unknown = Some(json!({ "peer_id": Uuid::now_v7() }));
    world
        .ask(&ann, "POST", "/chat/rooms", unknown)
        .await
        .expect_problem(404, "user_not_found");
}

#[tokio::test]
async fn a_block_ends_the_room_for_both_and_looks_like_leaving() {
    let world = World::start(&[]).await;
    let (ann, ben, room) = world.two_in_a_room().await;
    let block = format!("/users/{}/block", ben.id);
    world.ask(&ann, "PUT", &block, None).await.expect(204);
    world.ask(&ann, "PUT", &block, None).await.expect(204);
    let seen = world
        .get(&ben, &format!("/simple-countdown/status/{room}"))
        .await
        .expect(200);
    assert_eq!(
        (&seen["state"], &seen["reason"]),
        (&json!("ended"), &json!("left"))
    );
    world
        .open_room(&ben, &ann)
        .await
        .expect_problem(404, "user_not_found");
    world
        .ask(&ben, "PUT", &format!("/users/{}/like", ann.id), None)
        .await
        .expect_problem(404, "user_not_found");
    world.ask(&ann, "DELETE", &block, None).await.expect(204);
    world.open_room(&ben, &ann).await.expect(201);
    world
        .ask(&ann, "PUT", "/users/nonsense/block", None)
        .await
        .expect_problem(404, "user_not_found");
}

#[tokio::test]
async fn a_mutual_like_reveals_more_and_a_like_alone_nothing() {
    let world = World::start(&[]).await;
    let (ann, ben, room) = world.two_in_a_room().await;
    let level = async || {
        world
            .get(&ben, &format!("/chat/rooms/{room}"))
            .await
            .expect(200)["reveal_level"]
            .clone()
    };
    world
        .ask(&ann, "PUT", &format!("/users/{}/like", ben.id), None)
        .await
        .expect(204);
    assert_eq!(level().await, 0);
    world
        .ask(&ben, "PUT", &format!("/users/{}/like", ann.id), None)
        .await
        .expect(204);
    assert_eq!(level().await, 1);
    world
        .ask(&ann, "DELETE", &format!("/users/{}/like", ben.id), None)
        .await
        .expect(204);
    assert_eq!(level().await, 1);
}

#[tokio::test]
async fn pages_of_rooms_are_whole_and_without_repeats() {
    let world = World::start(&[]).await;
    let ann = world.person("ann").await;
    let mut rooms = Vec::new();
    for name in ["ben", "cem", "dan"] {
        let peer = world.person(name).await;
        rooms.insert(
            0,
            world.open_room(&ann, &peer).await.expect(201)["id"].clone(),
        );
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world
            .get(&ann, &format!("/chat/rooms?limit=2{cursor}"))
            .await
            .expect(200);
        seen.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|room| room["id"].clone()),
        );
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, rooms);
}

fn years_ago(years: i32) -> String {
    let today = time::OffsetDateTime::now_utc().date();
    format!("{}-01-01", today.year() - years)
}
