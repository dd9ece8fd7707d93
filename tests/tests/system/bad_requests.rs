//! Bad requests: the contract's error on every route, never a 5xx, nothing half-written.

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    client::PASSWORD,
    scene::{Scene, check},
};

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;
const PATCH: Method = Method::PATCH;
const DELETE: Method = Method::DELETE;
const LARGE: usize = 70_000;

/// Every route that needs a signed-in user; `{room}`, `{user}`, `{file}` and `{session}` stand for ids.
const PRIVATE: [(Method, &str); 44] = [
    (POST, "/auth/logout"),
    (POST, "/auth/password"),
    (GET, "/auth/sessions"),
    (DELETE, "/auth/sessions/{session}"),
    (GET, "/users/me"),
    (PATCH, "/users/me"),
    (DELETE, "/users/me"),
    (GET, "/users/me/profile"),
    (PUT, "/users/me/profile"),
    (GET, "/users/me/export"),
    (GET, "/users/me/likes"),
    (GET, "/users/me/blocks"),
    (GET, "/users/me/learned"),
    (DELETE, "/users/me/learned"),
    (GET, "/users/{user}/profile"),
    (PUT, "/users/me/avatar"),
    (DELETE, "/users/me/avatar"),
    (GET, "/users/{user}/avatar"),
    (POST, "/match/queue"),
    (GET, "/match/queue"),
    (DELETE, "/match/queue"),
    (POST, "/chat/rooms"),
    (GET, "/chat/rooms"),
    (GET, "/chat/rooms/{room}"),
    (GET, "/chat/rooms/{room}/messages"),
    (POST, "/chat/rooms/{room}/messages"),
    (POST, "/chat/rooms/{room}/files"),
    (GET, "/files/{file}"),
    (DELETE, "/files/{file}"),
    (GET, "/files/{file}/thumbnail"),
    (POST, "/chat/rooms/{room}/leave"),
    (POST, "/chat/keep/{room}"),
    (POST, "/chat/like/{room}"),
    (POST, "/simple-countdown/start/{room}"),
    (POST, "/simple-countdown/response/{room}"),
    (GET, "/simple-countdown/status/{room}"),
    (POST, "/simple-countdown/extend/{room}"),
    (PUT, "/users/{user}/like"),
    (DELETE, "/users/{user}/like"),
    (PUT, "/users/{user}/block"),
    (DELETE, "/users/{user}/block"),
    (POST, "/users/{user}/report"),
    (GET, "/ws/chat/{room}"),
    (GET, "/ws/notifications"),
];

/// Every route with a body, and a body that it takes.
fn forms() -> Vec<(Method, &'static str, Value)> {
    vec![
        (
            POST,
            "/auth/register",
            json!({ "username": "somebody", "password": PASSWORD, "date_of_birth": "1990-05-17" }),
        ),
        (
            POST,
            "/auth/login",
            json!({ "username": "somebody", "password": PASSWORD }),
        ),
        (
            POST,
            "/auth/password",
            json!({ "current_password": PASSWORD, "new_password": "battery staple" }),
        ),
        (PATCH, "/users/me", json!({ "display_name": "Ada" })),
        (DELETE, "/users/me", json!({ "password": PASSWORD })),
        (PUT, "/users/me/profile", json!({ "bio": "hello" })),
        (POST, "/users/{user}/report", json!({ "reason": "spam" })),
        (POST, "/chat/rooms", json!({ "peer_id": Uuid::now_v7() })),
        (
            POST,
            "/chat/rooms/{room}/messages",
            json!({ "client_id": Uuid::now_v7(), "text": "hi" }),
        ),
        (POST, "/chat/like/{room}", json!({ "response": "yes" })),
        (
            POST,
            "/simple-countdown/response/{room}",
            json!({ "response": "keep" }),
        ),
    ]
}

#[tokio::test]
async fn the_tables_here_have_every_route_of_the_document() {
    let scene = Scene::set().await;
    let document: Value = scene.ada.get("/openapi.json").await.expect(200);
    let forms = forms();
    for (path, item) in document["paths"].as_object().unwrap() {
        let named = path
            .replace("/users/{id}", "/users/{user}")
            .replace("/files/{id}", "/files/{file}")
            .replace("/sessions/{id}", "/sessions/{session}");
        let path = named
            .replace("{id}", "{room}")
            .replace("{room_id}", "{room}");
        for (method, operation) in item.as_object().unwrap() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let is_private = operation["security"].is_array();
            // Files have tests of their own.
            let has_form = operation["requestBody"]["content"]["application/json"].is_object();
            let in_private = PRIVATE.contains(&(method.clone(), path.as_str()));
            let in_forms = forms.iter().any(|form| form.0 == method && form.1 == path);
            assert_eq!(
                (is_private, has_form),
                (in_private, in_forms),
                "{method} {path}"
            );
        }
    }
}

#[tokio::test]
async fn a_user_that_is_not_there_is_not_found() {
    let scene = Scene::set().await;
    let forms = forms();
    for (method, path) in PRIVATE.iter().filter(|(_, path)| path.contains("{user}")) {
        let form = forms
            .iter()
            .find(|form| (&form.0, form.1) == (method, path));
        let body = form.map(|form| form.2.clone());
        for id in [Uuid::now_v7().to_string(), "nonsense".to_owned()] {
            let path = path.replace("{user}", &id);
            let answer = scene.ask(method, &path, Some(&scene.ada.token), body.clone());
            let answer = answer.await;
            check(&format!("{method} {path}"), answer, 404, "user_not_found");
        }
    }
}

#[tokio::test]
async fn every_private_route_wants_a_token() {
    let scene = Scene::set().await;
    for (method, path) in PRIVATE {
        for token in [None, Some("nonsense"), Some("a.b.c")] {
            let answer = scene.ask(&method, &scene.filled(path), token, None).await;
            check(
                &format!("{method} {path} with {token:?}"),
                answer,
                401,
                "not_authenticated",
            );
        }
    }
}

#[tokio::test]
async fn every_form_is_read_strictly() {
    let scene = Scene::set().await;
    for (method, path, valid) in forms() {
        let mut unknown = valid.clone();
        unknown["surprise"] = json!(1);
        let mut wrong_type = valid.clone();
        let mut nul = valid.clone();
        for value in wrong_type.as_object_mut().unwrap().values_mut() {
            *value = json!({ "not": ["a", "text"] });
        }
        for value in nul.as_object_mut().unwrap().values_mut() {
            *value = json!("a\0b");
        }
        let large = json!({ "text": "x".repeat(LARGE) }).to_string();
        let json = "application/json";
        let cases = [
            ("no body", json, String::new(), 400, "malformed_json"),
            (
                "half a body",
                json,
                "{\"a\":".to_owned(),
                400,
                "malformed_json",
            ),
            ("no JSON", json, "hello".to_owned(), 400, "malformed_json"),
            (
                "no UTF-8 escape",
                json,
                "{\"a\":\"\\ud800\"}".to_owned(),
                400,
                "malformed_json",
            ),
            ("an array", json, "[]".to_owned(), 422, "validation_failed"),
            ("a number", json, "7".to_owned(), 422, "validation_failed"),
            ("null", json, "null".to_owned(), 422, "validation_failed"),
            (
                "an unknown field",
                json,
                unknown.to_string(),
                422,
                "validation_failed",
            ),
            (
                "wrong types",
                json,
                wrong_type.to_string(),
                422,
                "validation_failed",
            ),
            ("U+0000", json, nul.to_string(), 422, "validation_failed"),
            ("a large body", json, large, 413, "payload_too_large"),
            (
                "another media type",
                "text/plain",
                valid.to_string(),
                415,
                "unsupported_media_type",
            ),
        ];
        for (what, content_type, body, status, code) in cases {
            let answer = scene.raw(&method, path, content_type, body).await;
            check(&format!("{method} {path}: {what}"), answer, status, code);
        }
    }
    // Nothing of it left a trace.
    assert!(scene.ada.history(scene.room).await.is_empty());
    assert_eq!(scene.ada.status(scene.room).await.my_response, None);
    assert_eq!(scene.ada.rooms().await.len(), 1);
}

#[tokio::test]
async fn a_room_that_is_not_yours_is_a_room_that_is_not_there() {
    let scene = Scene::set().await;
    let valid = forms();
    for (method, path) in PRIVATE
        .iter()
        .filter(|(_, path)| path.contains("{room}") && !path.starts_with("/ws"))
    {
        let body = valid
            .iter()
            .find(|form| form.0 == *method && form.1 == *path)
            .map(|form| form.2.clone());
        let foreign = scene
            .ask(
                method,
                &scene.filled(path),
                Some(&scene.cleo.token),
                body.clone(),
            )
            .await;
        check(
            &format!("{method} {path} of others"),
            foreign,
            404,
            "room_not_found",
        );
        for id in [
            Uuid::now_v7().to_string(),
            Uuid::nil().to_string(),
            "nonsense".to_owned(),
            "%00".to_owned(),
        ] {
            let path = path.replace("{room}", &id);
            let answer = scene
                .ask(method, &path, Some(&scene.ada.token), body.clone())
                .await;
            assert_eq!(answer.status, 404, "{method} {path}: {}", answer.body);
            check(&format!("{method} {path}"), answer, 404, "room_not_found");
        }
    }
    assert!(scene.ben.history(scene.room).await.is_empty());
}
