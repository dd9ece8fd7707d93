//! What ends a socket: a sign-out, its token, the gateway, the room.

use std::time::{Duration, Instant};

use base64::Engine;
use contract::api::AccessClaims;
use serde_json::json;

use crate::{
    realtime::two_in_a_room,
    socket::Socket,
    world::{SECRET, World},
};

#[tokio::test]
async fn a_logout_closes_the_sockets_on_every_gateway_within_two_seconds() {
    let world = World::without_workers(&[]).await;
    let (ann, _, room) = two_in_a_room(&world).await;
    let there = world.another_gateway().await;
    let (mut chat, _) = Socket::chat(&there, &ann, &room, "").await;
    let (mut notices, _) = Socket::notifications(&there, &ann).await;
    let begun = Instant::now();
    world.post(&ann, "/auth/logout").await.expect(204);
    assert_eq!(chat.until_closed().await.1, 4001);
    let (frames, code) = notices.until_closed().await;
    assert_eq!(
        (frames.last().unwrap(), code),
        (&json!({ "type": "signed_out" }), 4001)
    );
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_fresh_token_of_the_same_session_extends_a_socket() {
    let world = World::without_workers(&[]).await;
    let (ann, ben, room) = two_in_a_room(&world).await;
    let (mut anns, _) = Socket::chat(world.client(), &ann, &room, "").await;
    let fresh = world
        .client()
        .with_cookie("/auth/refresh", &ann.cookie)
        .await
        .person();
    anns.send(&json!({ "type": "auth", "access_token": fresh.token }))
        .await;
    assert!(anns.find("auth_ok").await["expires_at"].is_string());
    anns.send(&json!({ "type": "auth", "access_token": ben.token }))
        .await;
    assert_eq!(anns.find("error").await["code"], "not_authenticated");
    let (mut notices, _) = Socket::notifications(world.client(), &ann).await;
    notices
        .send(&json!({ "type": "auth", "access_token": fresh.token }))
        .await;
    assert!(notices.find("auth_ok").await["expires_at"].is_string());
}

#[tokio::test]
async fn a_socket_ends_with_its_token() {
    let world = World::without_workers(&[]).await;
    let (ann, _, room) = two_in_a_room(&world).await;
    let claims = ann.token.split('.').nth(1).unwrap();
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(claims)
        .unwrap();
    let mut claims: AccessClaims = serde_json::from_slice(&claims).unwrap();
    claims.exp = world.broker.clock().now().0 / 1_000 + 2;
    let key = jsonwebtoken::EncodingKey::from_secret(SECRET.as_bytes());
    let token = jsonwebtoken::encode(&jsonwebtoken::Header::default(), &claims, &key).unwrap();
    let mut socket = Socket::open(world.client(), &format!("/ws/chat/{room}"), &token)
        .await
        .unwrap();
    assert_eq!(socket.until_closed().await.1, 4001);
}

#[tokio::test]
async fn a_stopping_gateway_tells_its_sockets_to_come_back() {
    let world = World::without_workers(&[]).await;
    let (ann, _, room) = two_in_a_room(&world).await;
    let (mut chat, _) = Socket::chat(world.client(), &ann, &room, "").await;
    let (mut notices, _) = Socket::notifications(world.client(), &ann).await;
    world.stop();
    assert_eq!(chat.until_closed().await.1, 1012);
    assert_eq!(notices.until_closed().await.1, 1012);
}

#[tokio::test]
async fn a_message_waits_for_the_outcome_of_a_room_whose_time_is_up() {
    let short = [
        ("WEBCHAT__ROOM__COUNTDOWN_SECS", "1"),
        ("WEBCHAT__ROOM__NOTIFICATION_SECS", "1"),
    ];
    let world = World::start(&short).await;
    let (ann, _, room) = world.two_in_a_room().await;
    let (mut anns, _) = Socket::chat(world.client(), &ann, &room, "").await;
    let started = world
        .post(&ann, &format!("/simple-countdown/start/{room}"))
        .await;
    started.expect(200);
    // No countdown worker runs: the member's own request moves the room on.
    tokio::time::sleep(Duration::from_millis(1_050)).await;
    let vote = json!({ "response": "keep" });
    let path = format!("/simple-countdown/response/{room}");
    world.ask(&ann, "POST", &path, Some(vote)).await.expect(200);
    while anns.find("room").await["my_response"] != "keep" {}
    tokio::time::sleep(Duration::from_millis(1_050)).await;
    let client_id = anns.say("Too late?").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    world
        .post(&ann, &format!("/chat/rooms/{room}/leave"))
        .await
        .expect(200);
    let (frames, code) = anns.until_closed().await;
    assert!(
        frames.iter().all(|frame| frame["type"] != "ack"),
        "{client_id}: {frames:?}"
    );
    assert_eq!(code, 4005);
}
