use std::time::Duration;

use futures_util::SinkExt;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

use crate::{realtime::two_in_a_room, socket::Socket, world::World};

#[tokio::test]
async fn nobody_gets_a_socket_who_may_not() {
    let world =
        World::without_workers(&[("CORS_ALLOWED_ORIGINS", "https://app.example.org")]).await;
    let (ann, _, room) = two_in_a_room(&world).await;
    let stranger = world.person("eve").await;
    let client = world.client();
    let path = format!("/ws/chat/{room}");
    let refused =
        async |path: &str, token: &str| Socket::open(client, path, token).await.err().unwrap();
    for (path, token, status, code) in [
        (path.as_str(), "nonsense", 401, "not_authenticated"),
        (
            &format!("{path}?token={}", ann.token),
            "",
            401,
            "not_authenticated",
        ),
        (&path, &stranger.token, 404, "room_not_found"),
        ("/ws/chat/nonsense", &ann.token, 404, "room_not_found"),
        (
            &format!("/ws/chat/{}", Uuid::now_v7()),
            &ann.token,
            404,
            "room_not_found",
        ),
        (
            &format!("{path}?after=x"),
            &ann.token,
            422,
            "validation_failed",
        ),
        (
            &format!("{path}?after=1&after=2"),
            &ann.token,
            422,
            "validation_failed",
        ),
        (
            &format!("{path}?after=1&epoch=x"),
            &ann.token,
            422,
            "validation_failed",
        ),
        ("/ws/notifications", "", 401, "not_authenticated"),
    ] {
        let refused = refused(path, token).await;
        assert_eq!(
            (refused.status, &refused.body["code"]),
            (status, &json!(code)),
            "{path}"
        );
    }
    let token = format!("Bearer {}", ann.token);
    let from = async |origin: &str| {
        Socket::open_with(
            client,
            &path,
            &[("authorization", &token), ("origin", origin)],
        )
        .await
    };
    let foreign = from("https://evil.example.org").await.err().unwrap();
    assert_eq!(
        (foreign.status, &foreign.body["code"]),
        (403, &json!("foreign_origin"))
    );
    assert!(from("https://app.example.org").await.is_ok());
    assert!(from(&client.base).await.is_ok());
    client
        .send("GET", &path, Some(&ann.token), None)
        .await
        .expect_problem(422, "validation_failed");
}

#[tokio::test]
async fn a_browser_sends_its_token_as_a_subprotocol() {
    let world = World::without_workers(&[]).await;
    let (ann, _, room) = two_in_a_room(&world).await;
    let offer = format!("webchat.v1, bearer.{}", ann.token);
    let path = format!("/ws/chat/{room}");
    let mut socket =
        Socket::open_with(world.client(), &path, &[("sec-websocket-protocol", &offer)])
            .await
            .unwrap();
    assert_eq!(socket.next().await["type"], "hello");
}

#[tokio::test]
async fn bad_frames_are_answered_and_the_socket_stays_open() {
    let world = World::without_workers(&[]).await;
    let (ann, _, room) = two_in_a_room(&world).await;
    let (mut anns, _) = Socket::chat(world.client(), &ann, &room, "").await;
    let id = Uuid::now_v7().to_string();
    let v4 = Uuid::new_v4().to_string();
    let cases = [
        (json!("text"), "validation_failed", Value::Null),
        (json!({ "type": "dance" }), "validation_failed", Value::Null),
        (
            json!({ "type": "ping", "extra": 1 }),
            "validation_failed",
            Value::Null,
        ),
        (
            json!({ "type": "send", "client_id": id, "text": 7 }),
            "validation_failed",
            json!(id),
        ),
        (
            json!({ "type": "send", "client_id": id, "text": "  " }),
            "validation_failed",
            json!(id),
        ),
        (
            json!({ "type": "send", "client_id": id, "text": "a\u{0}" }),
            "validation_failed",
            json!(id),
        ),
        (
            json!({ "type": "send", "client_id": id, "text": "x".repeat(4_001) }),
            "validation_failed",
            json!(id),
        ),
        (
            json!({ "type": "send", "client_id": v4, "text": "hi" }),
            "validation_failed",
            json!(v4),
        ),
        (
            json!({ "type": "send", "client_id": id, "text": "hi", "attachment_ids": [id] }),
            "validation_failed",
            json!(id),
        ),
        (
            json!({ "type": "history", "limit": 101 }),
            "validation_failed",
            Value::Null,
        ),
        (
            json!({ "type": "auth", "access_token": "nonsense" }),
            "not_authenticated",
            Value::Null,
        ),
    ];
    for (frame, code, client_id) in cases {
        anns.send(&frame).await;
        let refused = anns.find("error").await;
        assert_eq!(
            (&refused["code"], &refused["client_id"]),
            (&json!(code), &client_id),
            "{frame}"
        );
    }
    anns.stream.send(Message::text("{nonsense")).await.unwrap();
    assert_eq!(anns.find("error").await["code"], "malformed_json");
    anns.stream
        .send(Message::binary(b"{}".to_vec()))
        .await
        .unwrap();
    assert_eq!(anns.find("error").await["code"], "validation_failed");
    anns.send(&json!({ "type": "ping" })).await;
    assert!(anns.find("pong").await["server_time"].is_string());
    anns.say("Still here.").await;
    anns.find("ack").await;
}

#[tokio::test]
async fn a_frame_that_is_too_large_closes_its_socket() {
    let world = World::without_workers(&[]).await;
    let (ann, _, room) = two_in_a_room(&world).await;
    for size in [64 * 1024 + 1, 300 * 1024] {
        let (mut anns, _) = Socket::chat(world.client(), &ann, &room, "").await;
        anns.stream
            .send(Message::text("x".repeat(size)))
            .await
            .unwrap();
        assert_eq!(anns.until_closed().await.1, 1009, "{size} bytes");
    }
}

#[tokio::test]
async fn a_slow_reader_is_closed_and_harms_nobody() {
    let world = World::without_workers(&[("WEBCHAT__REALTIME__OUTBOUND_FRAMES", "64")]).await;
    let (ann, ben, room) = two_in_a_room(&world).await;
    let (mut anns, _) = Socket::chat(world.client(), &ann, &room, "").await;
    let (mut slow, _) = Socket::chat(world.client(), &ben, &room, "").await;
    let (mut quick, _) = Socket::chat(world.client(), &ben, &room, "").await;
    let text = "😀".repeat(4_000);
    for n in 0..600 {
        anns.say(&text).await;
        anns.find("ack").await;
        assert_eq!(quick.find("message").await["text"], json!(text), "{n}");
    }
    let (frames, code) = slow.until_closed().await;
    assert_eq!(code, 4008);
    assert!(frames.len() < 600);
}

#[tokio::test]
async fn more_sockets_than_allowed_are_refused() {
    let world = World::without_workers(&[("WEBCHAT__REALTIME__MAX_SOCKETS", "2")]).await;
    let (ann, _, room) = two_in_a_room(&world).await;
    let (one, _) = Socket::chat(world.client(), &ann, &room, "").await;
    let (_two, _) = Socket::notifications(world.client(), &ann).await;
    let refused = Socket::open(world.client(), "/ws/notifications", &ann.token)
        .await
        .err()
        .unwrap();
    assert_eq!(
        (refused.status, &refused.body["code"]),
        (503, &json!("unavailable"))
    );
    one.bye().await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(
        Socket::open(world.client(), "/ws/notifications", &ann.token)
            .await
            .is_ok()
    );
}
