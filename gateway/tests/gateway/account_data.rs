//! What a user can see and take along of the own account, and what a peer is shown.

use serde_json::{Value, json};

use crate::{
    client::Answer,
    socket::Socket,
    world::{Person, World},
};

#[tokio::test]
async fn a_new_password_ends_every_other_session_and_keeps_this_one() {
    new_password_ends_others(World::start(&[]).await).await;
}

#[tokio::test]
async fn a_new_password_on_postgresql_ends_every_other_session_and_keeps_this_one() {
    new_password_ends_others(World::start_on_postgres(&[]).await).await;
}

async fn new_password_ends_others(world: World) {
    let ann = world.person("ann").await;
    let phone = world.client().login("ann", "correct horse").await.person();
    let mut on_phone = Socket::notifications(world.client(), &phone).await.0;
    let change = async |person: &Person, current: &str, new: &str| -> Answer {
        let form = json!({ "current_password": current, "new_password": new });
        world
            .ask(person, "POST", "/auth/password", Some(form))
            .await
    };
    change(&ann, "a wrong horse", "battery staple")
        .await
        .expect_problem(403, "bad_credentials");
    change(&ann, "correct horse", "short")
        .await
        .expect_fault("new_password", "too_short");
    world.get(&phone, "/users/me").await.expect(200);

    change(&ann, "correct horse", "battery staple")
        .await
        .expect(204);
    world.get(&ann, "/users/me").await.expect(200);
    let refreshed = world
        .client()
        .with_cookie("/auth/refresh", &ann.cookie)
        .await;
    refreshed.expect(200);
    world
        .get(&phone, "/users/me")
        .await
        .expect_problem(401, "not_authenticated");
    assert_eq!(on_phone.until_closed().await.1, 4001);
    let refreshed = world
        .client()
        .with_cookie("/auth/refresh", &phone.cookie)
        .await;
    refreshed.expect_problem(401, "invalid_refresh_token");
    let login = world.client().login("ann", "correct horse").await;
    login.expect_problem(401, "bad_credentials");
    world
        .client()
        .login("ann", "battery staple")
        .await
        .expect(200);
}

#[tokio::test]
async fn a_user_sees_the_own_devices_and_signs_one_out() {
    let world = World::start(&[]).await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let phone = world.client().login("ann", "correct horse").await.person();
    let devices = world.get(&ann, "/auth/sessions").await.expect(200);
    let devices = devices["items"].as_array().unwrap();
    let current: Vec<_> = devices.iter().map(|device| &device["current"]).collect();
    assert_eq!(current, [&json!(false), &json!(true)], "the newest first");
    let first = world.get(&ann, "/auth/sessions?limit=1").await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = world
        .get(&ann, &format!("/auth/sessions?cursor={cursor}"))
        .await;
    assert_eq!(rest.expect(200)["items"], json!([devices[1]]));

    let of_phone = format!("/auth/sessions/{}", devices[0]["id"].as_str().unwrap());
    let by_ben = world.ask(&ben, "DELETE", &of_phone, None).await;
    by_ben.expect_problem(404, "session_not_found");
    world.get(&phone, "/users/me").await.expect(200);
    for _ in 0..2 {
        world.ask(&ann, "DELETE", &of_phone, None).await.expect(204);
    }
    world
        .get(&phone, "/users/me")
        .await
        .expect_problem(401, "not_authenticated");
    let left = world.get(&ann, "/auth/sessions").await.expect(200);
    assert_eq!(left["items"], json!([devices[1]]));
    for unknown in [
        "/auth/sessions/nonsense",
        "/auth/sessions/0190a0a0-0000-7000-8000-000000000000",
    ] {
        let answer = world.ask(&ann, "DELETE", unknown, None).await;
        answer.expect_problem(404, "session_not_found");
    }
}

#[tokio::test]
async fn likes_and_blocks_are_listed_to_the_one_who_gave_them_alone() {
    let world = World::start(&[]).await;
    let (ann, ben, eve) = (
        world.person("ann").await,
        world.person("ben").await,
        world.person("eve").await,
    );
    for peer in [&ben, &eve] {
        let path = format!("/users/{}/like", peer.id);
        world.ask(&ann, "PUT", &path, None).await.expect(204);
    }
    let back = format!("/users/{}/like", ann.id);
    world.ask(&eve, "PUT", &back, None).await.expect(204);
    let likes =
        async |person: &Person| names(&world.get(person, "/users/me/likes").await.expect(200));
    let first = world.get(&ann, "/users/me/likes?limit=1").await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let path = format!("/users/me/likes?cursor={cursor}");
    let second = world.get(&ann, &path).await.expect(200);
    let mut listed = [names(&first), names(&second)].concat();
    listed.sort();
    assert_eq!(listed, ["ben", "eve mutual"]);
    assert!(
        likes(&ben).await.is_empty(),
        "a one-sided like is told to nobody"
    );
    world.ask(&eve, "DELETE", &back, None).await.expect(204);
    let mut kept = likes(&ann).await;
    kept.sort();
    assert_eq!(
        kept,
        ["ben", "eve mutual"],
        "nor is one that is taken back, beside a room whose reveal stays"
    );

    let block = format!("/users/{}/block", ann.id);
    world.ask(&eve, "PUT", &block, None).await.expect(204);
    assert_eq!(likes(&ann).await, ["ben"], "who blocks is hidden");
    let blocks = world.get(&eve, "/users/me/blocks").await.expect(200);
    assert_eq!(names(&blocks), ["ann"]);
    let blocks = world.get(&ann, "/users/me/blocks").await.expect(200);
    assert!(names(&blocks).is_empty(), "nobody learns who blocks them");
}

fn names(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap().iter();
    let name = |item: &Value| item["display_name"].as_str().unwrap().to_owned();
    items
        .map(|item| match item["mutual"] == true {
            true => format!("{} mutual", name(item)),
            false => name(item),
        })
        .collect()
}

#[tokio::test]
async fn a_peer_is_shown_what_the_two_have_revealed_and_nothing_else() {
    let world = World::start(&[]).await;
    let (ann, ben, eve) = (
        world.person("ann").await,
        world.person("ben").await,
        world.person("eve").await,
    );
    let profile = json!({
        "display_name": "Ben", "gender": "man", "interests": ["chess"], "bio": "I climb", "languages": ["en"],
        "preferred_genders": ["woman"], "age_min": 30,
    });
    world
        .ask(&ben, "PUT", "/users/me/profile", Some(profile))
        .await
        .expect(200);
    let path = format!("/users/{}/profile", ben.id);
    world
        .get(&eve, &path)
        .await
        .expect_problem(404, "user_not_found");
    let room = world.open_room(&ann, &ben).await.expect(201)["id"].clone();
    let seen = world.get(&ann, &path).await.expect(200);
    let nothing =
        json!({ "id": ben.id, "display_name": "Ben", "avatar_url": null, "reveal_level": 0 });
    assert_eq!(seen, nothing);

    for (one, other) in [(&ann, &ben), (&ben, &ann)] {
        let like = format!("/users/{}/like", other.id);
        world.ask(one, "PUT", &like, None).await.expect(204);
    }
    let seen = world.get(&ann, &path).await.expect(200);
    let interests = json!({ "id": ben.id, "display_name": "Ben", "avatar_url": null, "reveal_level": 1, "interests": ["chess"] });
    assert_eq!(seen, interests);

    let room = room.as_str().unwrap();
    world
        .post(&ann, &format!("/simple-countdown/start/{room}"))
        .await
        .expect(200);
    for person in [&ann, &ben] {
        world
            .post(person, &format!("/chat/keep/{room}"))
            .await
            .expect(200);
    }
    let seen = world.get(&ann, &path).await.expect(200);
    let everything = json!({
        "id": ben.id, "display_name": "Ben", "avatar_url": null, "reveal_level": 2, "interests": ["chess"], "bio": "I climb",
        "languages": ["en"], "looking_for": [],
    });
    assert_eq!(seen, everything);
    let block = format!("/users/{}/block", ann.id);
    world.ask(&ben, "PUT", &block, None).await.expect(204);
    world
        .get(&ann, &path)
        .await
        .expect_problem(404, "user_not_found");
}
