use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::world::{Person, World};

#[tokio::test]
async fn joining_is_idempotent_and_leaving_leaves() {
    let world = World::start(&[]).await;
    let ann = world.person("ann").await;
    let joined = world.post(&ann, "/match/queue").await.expect(202);
    assert_eq!(
        (&joined["state"], &joined["room_id"]),
        (&json!("waiting"), &json!(null))
    );
    let again = world.post(&ann, "/match/queue").await.expect(202);
    assert_eq!(again, joined);
    let read = world.get(&ann, "/match/queue").await.expect(200);
    assert_eq!(read["ticket_id"], joined["ticket_id"]);
    world
        .ask(&ann, "DELETE", "/match/queue", None)
        .await
        .expect(204);
    world
        .ask(&ann, "DELETE", "/match/queue", None)
        .await
        .expect(204);
    assert_eq!(
        world.get(&ann, "/match/queue").await.expect(200)["state"],
        "none"
    );
    let anew = world.post(&ann, "/match/queue").await.expect(202);
    assert_ne!(anew["ticket_id"], joined["ticket_id"]);
}

#[tokio::test]
async fn an_incomplete_profile_is_told_what_is_missing() {
    let world = World::start(&[]).await;
    let ann = world.client().register("ann", "1990-05-17").await.person();
    let refused = world
        .post(&ann, "/match/queue")
        .await
        .expect_problem(422, "profile_incomplete");
    let fields: Vec<&Value> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| &error["field"])
        .collect();
    assert_eq!(fields, ["gender", "interests"]);
    assert_eq!(
        world.get(&ann, "/match/queue").await.expect(200)["state"],
        "none"
    );
}

#[tokio::test]
async fn a_match_holds_until_its_room_is_decided() {
    let world = World::start(&[]).await;
    world.start_matchmaker();
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    for person in [&ann, &ben] {
        world.post(person, "/match/queue").await.expect(202);
    }
    let matched = until_matched(&world, &ann).await;
    assert_eq!(
        until_matched(&world, &ben).await["room_id"],
        matched["room_id"]
    );
    world
        .post(&ann, "/match/queue")
        .await
        .expect_problem(409, "already_in_room");
    let room = matched["room_id"].as_str().unwrap();
    let seen = world
        .get(&ben, &format!("/chat/rooms/{room}"))
        .await
        .expect(200);
    assert_eq!(seen["match"]["reasons"][0]["values"], json!(["chess"]));
    world
        .post(&ann, &format!("/chat/rooms/{room}/leave"))
        .await
        .expect(200);
    for person in [&ann, &ben] {
        assert_eq!(
            world.get(person, "/match/queue").await.expect(200)["state"],
            "none"
        );
    }
    world.post(&ann, "/match/queue").await.expect(202);
}

async fn until_matched(world: &World, person: &Person) -> Value {
    let begun = Instant::now();
    loop {
        let ticket = world.get(person, "/match/queue").await.expect(200);
        if ticket["state"] == "matched" {
            return ticket;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "no match: {ticket}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
