use std::time::{Duration, Instant};

use domain::{UserId, ticket::Ticket};
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
    let (ann, ben, matched) = two_matched(&world).await;
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
    let reasons = seen["match"]["reasons"].as_array().unwrap();
    let shared = reasons.iter().find(|r| r["code"] == "shared_interests");
    assert_eq!(shared.unwrap()["values"], json!(["chess"]));
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

#[tokio::test]
async fn a_wish_that_is_saved_while_waiting_is_hard_at_once() {
    let world = World::start(&[]).await;
    world.start_matchmaker();
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let joined = world.post(&ann, "/match/queue").await.expect(202);
    let save = async |gender: &str, wish: &str| {
        let form = json!({
            "display_name": "Ann", "gender": gender, "interests": ["chess"], "preferred_genders": [wish],
        });
        world
            .ask(&ann, "PUT", "/users/me/profile", Some(form))
            .await
            .expect(200);
    };
    save("non_binary", "non_binary").await;
    let mut other = world.get(&ben, "/users/me/profile").await.expect(200);
    other["gender"] = json!("man");
    world
        .ask(&ben, "PUT", "/users/me/profile", Some(other))
        .await
        .expect(200);
    world.post(&ben, "/match/queue").await.expect(202);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let waiting = world.get(&ann, "/match/queue").await.expect(200);
    for kept in ["state", "ticket_id", "joined_at"] {
        assert_eq!(waiting[kept], joined[kept], "{kept}");
    }
    save("non_binary", "man").await;
    let matched = until_matched(&world, &ann).await;
    assert_eq!(matched["joined_at"], joined["joined_at"]);
}

#[tokio::test]
async fn whoever_empties_the_profile_waits_no_more() {
    let world = World::start(&[]).await;
    let ann = world.person("ann").await;
    world.post(&ann, "/match/queue").await.expect(202);
    world
        .ask(
            &ann,
            "PUT",
            "/users/me/profile",
            Some(json!({ "display_name": "Ann" })),
        )
        .await
        .expect(200);
    let ticket = world.get(&ann, "/match/queue").await.expect(200);
    assert_eq!(ticket["state"], "none");
}

pub async fn ticket_of(world: &World, person: &Person) -> Ticket {
    let user: UserId = person.id.parse().unwrap();
    world.broker.ticket(user).await.unwrap().unwrap().value
}

#[tokio::test]
async fn what_is_saved_in_the_moment_of_joining_is_on_the_ticket() {
    let world = World::start(&[]).await;
    let ann = world.person("ann").await;
    for round in 0..60u64 {
        let wish = if round % 2 == 0 { "man" } else { "woman" };
        let form = json!({
            "display_name": "Ann", "gender": "woman", "interests": ["chess"], "preferred_genders": [wish],
        });
        let join = world.post(&ann, "/match/queue");
        let save = async {
            // From saving well before joining to saving well after it.
            tokio::time::sleep(Duration::from_micros(200 * (round % 20))).await;
            world
                .ask(&ann, "PUT", "/users/me/profile", Some(form))
                .await
        };
        let (joined, saved) = tokio::join!(join, save);
        joined.expect(202);
        saved.expect(200);
        let ticket = ticket_of(&world, &ann).await;
        assert_eq!(ticket.features.preferred_genders, [wish], "round {round}");
        assert!(ticket.is_waiting());
        world
            .ask(&ann, "DELETE", "/match/queue", None)
            .await
            .expect(204);
    }
}

#[tokio::test]
async fn joining_again_brings_a_ticket_that_fell_behind_up_to_date() {
    let world = World::start(&[]).await;
    let ann = world.person("ann").await;
    let joined = world.post(&ann, "/match/queue").await.expect(202);
    let user: UserId = ann.id.parse().unwrap();
    // As after a gateway that died between saving and changing the ticket, or a birthday.
    let current = world.broker.ticket(user).await.unwrap().unwrap();
    let mut behind = current.value.clone();
    behind.features.age -= 1;
    behind.features.preferred_genders = vec!["man".to_owned()];
    world
        .broker
        .commit(&[current.becomes(behind)])
        .await
        .unwrap();
    let again = world.post(&ann, "/match/queue").await.expect(202);
    assert_eq!(again["ticket_id"], joined["ticket_id"]);
    assert_eq!(ticket_of(&world, &ann).await, current.value);
}

#[tokio::test]
async fn profiles_are_not_changed_more_often_than_the_queue_allows() {
    let world = World::start(&[
        ("WEBCHAT__LIMITS__ENABLED", "true"),
        ("WEBCHAT__LIMITS__QUEUE_PER_MINUTE", "3"),
    ])
    .await;
    let ann = world.person("ann").await;
    let profile = world.get(&ann, "/users/me/profile").await.expect(200);
    let mut refused = 0;
    for _ in 0..5 {
        let answer = world
            .ask(&ann, "PUT", "/users/me/profile", Some(profile.clone()))
            .await;
        if answer.status == 429 {
            answer.expect_problem(429, "rate_limited");
            refused += 1;
        }
    }
    assert!(refused >= 2, "{refused}");
}

/// Ann and Ben, and her ticket.
pub async fn two_matched(world: &World) -> (Person, Person, Value) {
    world.start_matchmaker();
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    for person in [&ann, &ben] {
        world.post(person, "/match/queue").await.expect(202);
    }
    let matched = until_matched(world, &ann).await;
    (ann, ben, matched)
}

pub async fn until_matched(world: &World, person: &Person) -> Value {
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
