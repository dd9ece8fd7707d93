use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    client::Answer,
    socket::Socket,
    world::{Person, World},
};

#[tokio::test]
async fn an_account_is_deleted_with_its_password_alone() {
    deleted_with_its_password_alone(World::start(&[]).await).await;
}

#[tokio::test]
async fn an_account_on_postgresql_is_deleted_with_its_password_alone() {
    deleted_with_its_password_alone(World::start_on_postgres(&[]).await).await;
}

async fn deleted_with_its_password_alone(world: World) {
    let (ann, ben, room) = world.two_in_a_room().await;
    world
        .say(&ann, &room, "my address is secret")
        .await
        .expect(201);
    world.say(&ben, &room, "hello").await.expect(201);
    let borrowed = delete(&world, &ann, "a wrong horse").await;
    borrowed.expect_problem(403, "bad_credentials");
    world.get(&ann, "/users/me").await.expect(200);

    let gone = delete(&world, &ann, "correct horse").await;
    gone.expect(204);
    assert_eq!(gone.cookie(), "", "the refresh cookie is taken back");
    world
        .get(&ann, "/users/me")
        .await
        .expect_problem(401, "not_authenticated");
    let refreshed = world
        .client()
        .with_cookie("/auth/refresh", &ann.cookie)
        .await;
    refreshed.expect_problem(401, "invalid_refresh_token");
    let login = world.client().login("ann", "correct horse").await;
    login.expect_problem(401, "bad_credentials");

    let seen = until_room(&world, &ben, &room, "Ann's words are gone", |seen| {
        seen["state"] == "ended" && messages_of(seen) == ["hello"]
    })
    .await;
    let gone = json!({ "id": ann.id, "display_name": "deleted user", "deleted": true });
    let there = json!({ "id": ben.id, "display_name": "ben" });
    let members = seen["members"].as_array().unwrap();
    assert!(
        members.contains(&gone) && members.contains(&there),
        "{seen}"
    );
    let (_, hello) = Socket::chat(world.client(), &ben, &room, "").await;
    let members = hello["room"]["members"].as_array().unwrap();
    let marked = members.iter().filter(|member| member["deleted"] == true);
    assert!(
        marked.map(|member| &member["id"]).eq([&json!(ann.id)]),
        "{hello}"
    );
    let status = world
        .get(&ben, &format!("/simple-countdown/status/{room}"))
        .await;
    assert_eq!(status.expect(200)["reason"], "left");
    let items = &seen["messages"];
    assert_eq!(items[0]["prev_seq"], 0, "the chain has no hole: {items}");

    // The name is free, and the new one is somebody else.
    let again = world.client().register("ann", "1991-01-01").await;
    assert_ne!(again.person().id, ann.id);
    for (method, path) in [("PUT", "like"), ("PUT", "block")] {
        let path = format!("/users/{}/{path}", ann.id);
        let answer = world.ask(&ben, method, &path, None).await;
        answer.expect_problem(404, "user_not_found");
    }
}

#[tokio::test]
async fn other_gateways_stop_a_deleted_users_tokens_within_two_seconds() {
    let world = World::start(&[]).await;
    let other = world.another_gateway().await;
    let ann = world.person("ann").await;
    let (mut socket, _) = Socket::notifications(&other, &ann).await;
    delete(&world, &ann, "correct horse").await.expect(204);
    let stopped = tokio::time::timeout(Duration::from_secs(2), async {
        while other
            .send("GET", "/match/queue", Some(&ann.token), None)
            .await
            .status
            != 401
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    stopped.await.expect("the token stops");
    assert_eq!(socket.until_closed().await.1, 4001);
}

#[tokio::test]
async fn a_password_cannot_be_guessed_by_deleting() {
    let limited = [
        ("WEBCHAT__LIMITS__ENABLED", "true"),
        ("WEBCHAT__LIMITS__AUTH_PER_MINUTE", "3"),
    ];
    let world = World::start(&limited).await;
    let ann = world.person("ann").await;
    for _ in 0..3 {
        delete(&world, &ann, "a guess at it")
            .await
            .expect_problem(403, "bad_credentials");
    }
    let refused = delete(&world, &ann, "correct horse").await;
    refused.expect_problem(429, "rate_limited");
    assert!(!refused.header("retry-after").is_empty());
}

pub async fn delete(world: &World, person: &Person, password: &str) -> Answer {
    let form = json!({ "password": password });
    world.ask(person, "DELETE", "/users/me", Some(form)).await
}

/// The room with its messages, once it looks so to a member.
async fn until_room(
    world: &World,
    person: &Person,
    room: &str,
    what: &str,
    wished: impl Fn(&Value) -> bool,
) -> Value {
    for _ in 0..500 {
        let mut seen = world
            .get(person, &format!("/chat/rooms/{room}"))
            .await
            .expect(200);
        let messages = world
            .get(person, &format!("/chat/rooms/{room}/messages"))
            .await;
        seen["messages"] = messages.expect(200)["items"].clone();
        if wished(&seen) {
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("never: {what}");
}

fn messages_of(seen: &Value) -> Vec<&str> {
    let messages = seen["messages"].as_array().unwrap().iter();
    messages
        .map(|message| message["text"].as_str().unwrap())
        .collect()
}
