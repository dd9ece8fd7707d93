use std::time::Duration;

use serde_json::{Value, json};

use crate::world::{Answer, Person, World};

struct Room<'a> {
    world: &'a World,
    id: String,
}

impl Room<'_> {
    async fn start(&self, by: &Person) -> Answer {
        self.world
            .post(by, &format!("/simple-countdown/start/{}", self.id))
            .await
    }

    async fn respond(&self, by: &Person, response: &str) -> Answer {
        let path = format!("/simple-countdown/response/{}", self.id);
        self.world
            .ask(by, "POST", &path, Some(json!({ "response": response })))
            .await
    }

    async fn extend(&self, by: &Person) -> Answer {
        self.world
            .post(by, &format!("/simple-countdown/extend/{}", self.id))
            .await
    }

    async fn status(&self, of: &Person) -> Value {
        self.world
            .get(of, &format!("/simple-countdown/status/{}", self.id))
            .await
            .expect(200)
    }

    async fn leave(&self, by: &Person) -> Answer {
        self.world
            .post(by, &format!("/chat/rooms/{}/leave", self.id))
            .await
    }
}

#[tokio::test]
async fn two_who_keep_a_room_keep_it_for_good() {
    let world = World::start(&[]).await;
    let (ann, ben, id) = world.two_in_a_room().await;
    let room = Room { world: &world, id };
    room.respond(&ann, "keep")
        .await
        .expect_problem(409, "countdown_not_started");
    let started = room.start(&ann).await.expect(200);
    assert_eq!(started["state"], "countdown");
    let left_ms = started["remaining_ms"].as_u64().unwrap();
    assert!((299_000..=300_000).contains(&left_ms), "{started}");
    let again = room.start(&ben).await.expect(200);
    assert_eq!(
        again["ends_at"], started["ends_at"],
        "nobody can reset the clock"
    );
    let path = format!("/chat/keep/{}", room.id);
    assert_eq!(
        world.post(&ann, &path).await.expect(200)["my_response"],
        "keep"
    );
    room.respond(&ann, "keep").await.expect(200);
    room.respond(&ann, "end")
        .await
        .expect_problem(409, "already_voted");
    let like = format!("/chat/like/{}", room.id);
    let kept = world
        .ask(&ben, "POST", &like, Some(json!({ "response": "yes" })))
        .await
        .expect(200);
    assert_eq!(
        (&kept["state"], &kept["outcome"], &kept["reason"]),
        (&json!("kept"), &json!("kept"), &json!("both_kept"))
    );
    room.start(&ann).await.expect_problem(409, "room_kept");
    room.respond(&ben, "keep")
        .await
        .expect_problem(409, "room_kept");
    room.extend(&ben)
        .await
        .expect_problem(409, "not_in_notification");
    let left = room.leave(&ann).await.expect(200);
    assert_eq!(
        (&left["state"], &left["kept"], &left["reveal_level"]),
        (&json!("ended"), &json!(true), &json!(2))
    );
}

#[tokio::test]
async fn a_vote_is_invisible_to_the_other_member() {
    let world = World::start(&[]).await;
    let (ann, ben, id) = world.two_in_a_room().await;
    let room = Room { world: &world, id };
    room.start(&ann).await.expect(200);
    let what_ben_sees = async || {
        let mut status = room.status(&ben).await;
        for moving in ["remaining_ms", "server_time"] {
            status[moving] = Value::Null;
        }
        (status, world.get(&ben, "/chat/rooms").await.text)
    };
    let before = what_ben_sees().await;
    room.respond(&ann, "end").await.expect(200);
    assert_eq!(what_ben_sees().await, before);
    room.respond(&ben, "end").await.expect(200);
    let after = room.status(&ben).await;
    assert_eq!(
        (&after["state"], &after["reason"]),
        (&json!("ended"), &json!("not_kept"))
    );
}

#[tokio::test]
async fn more_time_is_for_those_who_still_decide() {
    let short = [
        ("WEBCHAT__ROOM__COUNTDOWN_SECS", "1"),
        ("WEBCHAT__ROOM__NOTIFICATION_SECS", "60"),
        ("WEBCHAT__ROOM__EXTENSIONS_MAX", "2"),
    ];
    let world = World::start(&short).await;
    let (ann, ben, id) = world.two_in_a_room().await;
    let room = Room { world: &world, id };
    room.start(&ann).await.expect(200);
    room.extend(&ann)
        .await
        .expect_problem(409, "not_in_notification");
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let extended = room.extend(&ann).await.expect(200);
    assert_eq!(extended["state"], "notification");
    let left_ms = extended["remaining_ms"].as_u64().unwrap();
    assert!((79_000..=80_000).contains(&left_ms), "{extended}");
    room.extend(&ann).await.expect(200);
    room.extend(&ann)
        .await
        .expect_problem(409, "extension_limit");
    room.respond(&ben, "keep").await.expect(200);
    room.extend(&ben).await.expect_problem(409, "already_voted");
}

#[tokio::test]
async fn leaving_ends_the_room_at_once_and_twice_changes_nothing() {
    let world = World::start(&[]).await;
    let (ann, ben, id) = world.two_in_a_room().await;
    let room = Room { world: &world, id };
    room.start(&ann).await.expect(200);
    let left = room.leave(&ann).await.expect(200);
    assert_eq!(
        (&left["state"], &left["ends_at"]),
        (&json!("ended"), &json!(null))
    );
    assert_eq!(room.leave(&ben).await.expect(200)["state"], "ended");
    assert_eq!(room.status(&ben).await["reason"], "left");
    for refused in [room.start(&ben).await, room.respond(&ben, "keep").await] {
        refused.expect_problem(409, "room_ended");
    }
    let next = world.open_room(&ben, &ann).await.expect(201);
    assert_ne!(
        next["id"],
        json!(room.id),
        "an ended room is not opened again"
    );
}

#[tokio::test]
async fn answers_are_read_strictly() {
    let world = World::start(&[]).await;
    let (ann, _, id) = world.two_in_a_room().await;
    let room = Room { world: &world, id };
    room.start(&ann).await.expect(200);
    room.respond(&ann, "maybe")
        .await
        .expect_fault("response", "unknown_value");
    let like = format!("/chat/like/{}", room.id);
    let wrong = world
        .ask(&ann, "POST", &like, Some(json!({ "response": true })))
        .await;
    wrong.expect_problem(422, "validation_failed");
}
