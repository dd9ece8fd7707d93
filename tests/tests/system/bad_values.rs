//! Well-formed requests that ask for what cannot be: each has its own code, and faults name their field.

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    client::PASSWORD,
    request::is_ready,
    scene::{Scene, check},
};

#[tokio::test]
async fn values_outside_of_what_a_form_takes_are_named() {
    let scene = Scene::set().await;
    let register = |field: &str, value: Value| {
        let mut form =
            json!({ "username": "somebody", "password": PASSWORD, "date_of_birth": "1990-05-17" });
        form[field] = value;
        ("/auth/register", Method::POST, form, field.to_owned())
    };
    let message = |field: &str, value: Value| {
        let mut form = json!({ "client_id": Uuid::now_v7(), "text": "hi" });
        form[field] = value;
        (
            "/chat/rooms/{room}/messages",
            Method::POST,
            form,
            field.to_owned(),
        )
    };
    let profile = |field: &str, value: Value| {
        (
            "/users/me/profile",
            Method::PUT,
            json!({ field: value }),
            field.to_owned(),
        )
    };
    let report = |field: &str, value: Value| {
        let mut form = json!({ "reason": "spam" });
        form[field] = value;
        ("/users/{user}/report", Method::POST, form, field.to_owned())
    };
    let cases = [
        register("username", json!("ab")),
        register("username", json!("two words")),
        register("password", json!("short")),
        register("date_of_birth", json!("2001-02-30")),
        register("date_of_birth", json!("2999-01-01")),
        register("display_name", json!(" ")),
        message("text", json!("")),
        message("text", json!(" \n\t")),
        message("text", json!("x".repeat(4_001))),
        message("client_id", json!("nonsense")),
        message("client_id", json!("5f6f2f9e-2f6a-4cc0-9c5a-6f1d2f3a4b5c")),
        profile("interests", json!(["nonsense"])),
        profile("gender", json!("nonsense")),
        profile("age_min", json!(12)),
        profile("bio", json!("x".repeat(501))),
        (
            "/users/me",
            Method::PATCH,
            json!({ "display_name": "x".repeat(41) }),
            "display_name".to_owned(),
        ),
        report("reason", json!("nonsense")),
        report("detail", json!("x".repeat(1_001))),
        report("room_id", json!("nonsense")),
        (
            "/chat/rooms",
            Method::POST,
            json!({ "peer_id": "nonsense" }),
            "peer_id".to_owned(),
        ),
        (
            "/chat/like/{room}",
            Method::POST,
            json!({ "response": "perhaps" }),
            "response".to_owned(),
        ),
        (
            "/simple-countdown/response/{room}",
            Method::POST,
            json!({ "response": "yes" }),
            "response".to_owned(),
        ),
    ];
    for (path, method, form, field) in cases {
        let what = format!("{method} {path} {field}");
        let answer = scene
            .raw(&method, path, "application/json", form.to_string())
            .await;
        let problem = check(&what, answer, 422, "validation_failed");
        assert!(
            problem.errors.iter().any(|error| error.field == field),
            "{what}: {problem:?}"
        );
    }
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("cursor=%00", "cursor"),
    ] {
        let answer = scene.ada.get(&format!("/chat/rooms?{query}")).await;
        let problem = check(query, answer, 422, "validation_failed");
        assert_eq!(problem.errors[0].field, field);
    }
    for query in ["limit=0", "before=-1", "after=x"] {
        let answer = scene
            .ada
            .get(&format!("/chat/rooms/{}/messages?{query}", scene.room))
            .await;
        check(query, answer, 422, "validation_failed");
    }
}

#[tokio::test]
async fn what_cannot_be_done_has_its_own_code() {
    let scene = Scene::set().await;
    let Scene {
        web,
        ada,
        cleo,
        room,
        ..
    } = &scene;
    let sign_up = |username: &str, born: &str| {
        let form = json!({ "username": username, "password": PASSWORD, "date_of_birth": born });
        scene.raw(
            &Method::POST,
            "/auth/register",
            "application/json",
            form.to_string(),
        )
    };
    check(
        "a taken name",
        sign_up(&ada.username, "1990-05-17").await,
        409,
        "username_taken",
    );
    check(
        "a taken name in capitals",
        sign_up(&ada.username.to_uppercase(), "1990-05-17").await,
        409,
        "username_taken",
    );
    check(
        "a child",
        sign_up("a_child", "2020-05-17").await,
        422,
        "too_young",
    );
    for (username, password) in [
        (ada.username.as_str(), "wrong password"),
        ("nobody_at_all", PASSWORD),
    ] {
        let answer = ada
            .post(
                "/auth/login",
                json!({ "username": username, "password": password }),
            )
            .await;
        check("wrong credentials", answer, 401, "bad_credentials");
    }
    check(
        "a refresh without a cookie",
        ada.order("/auth/refresh").await,
        401,
        "invalid_refresh_token",
    );
    check(
        "a queue without a profile",
        cleo.order("/match/queue").await,
        422,
        "profile_incomplete",
    );
    check(
        "an unknown peer",
        ada.post("/chat/rooms", json!({ "peer_id": Uuid::now_v7() }))
            .await,
        404,
        "user_not_found",
    );
    let own = ada.post("/chat/rooms", json!({ "peer_id": ada.id })).await;
    assert!(
        (400..500).contains(&own.status),
        "a room with oneself: {own:?}"
    );
    let myself = format!("/users/{}/report", ada.id);
    let myself = ada.post(&myself, json!({ "reason": "spam" })).await;
    check("a report of oneself", myself, 422, "validation_failed");
    let elsewhere = json!({ "reason": "spam", "room_id": Uuid::now_v7() });
    let path = format!("/users/{}/report", scene.ben.id);
    let elsewhere = ada.post(&path, elsewhere).await;
    check("a report of no room", elsewhere, 404, "room_not_found");
    let guess = json!({ "password": "wrong password" });
    let guess = ada.delete("/users/me", guess).await;
    check("a guessed password", guess, 403, "bad_credentials");
    let early = ada
        .post(
            &format!("/simple-countdown/response/{room}"),
            json!({ "response": "keep" }),
        )
        .await;
    check("an early vote", early, 409, "countdown_not_started");
    check(
        "an unknown route",
        ada.get("/nonsense/here").await,
        404,
        "not_found",
    );
    let wrong_method = scene.ask(&Method::DELETE, "/auth/login", None, None).await;
    check("a wrong method", wrong_method, 405, "method_not_allowed");
    ada.start_countdown(*room).await;
    ada.vote(*room, "keep").await;
    assert_eq!(
        ada.vote(*room, "keep").await.my_response,
        Some(domain::room::Vote::Keep),
        "the same again is fine"
    );
    let other = ada
        .post(
            &format!("/simple-countdown/response/{room}"),
            json!({ "response": "end" }),
        )
        .await;
    check("another vote", other, 409, "already_voted");
    assert!(is_ready(&web.url()).await);
}
