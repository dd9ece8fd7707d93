//! Bad frames and bad upgrades: an error and an open socket, or the contract's close code.

use contract::frames::{MAX_FRAME_BYTES, NotificationsServerFrame};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

use crate::{
    journey::until_message,
    scene::Scene,
    wire::{self, Refusal, upgrade},
};

#[tokio::test]
async fn a_bad_frame_is_an_error_and_the_socket_goes_on() {
    let Scene {
        web: _web,
        ada,
        ben,
        room,
        ..
    } = Scene::set().await;
    let mut chat = ada.chat(room).await;
    let no_json = ["", "hello", "{", "{\"type\":", "[1,", "\u{feff}{}"];
    for text in no_json {
        chat.send(Message::text(text)).await;
        assert_eq!(chat.refusal().await.code, "malformed_json", "{text:?}");
        chat.is_alive().await;
    }
    let id = Uuid::now_v7();
    let wrong = [
        json!([]),
        json!(7),
        json!({}),
        json!({ "type": 1 }),
        json!({ "type": "nonsense" }),
        json!({ "type": "hello" }),
        json!({ "type": "ping", "surprise": true }),
        json!({ "type": "send" }),
        json!({ "type": "send", "client_id": id }),
        json!({ "type": "send", "client_id": id, "text": 1 }),
        json!({ "type": "send", "client_id": id, "text": "hi", "surprise": 1 }),
        json!({ "type": "send", "client_id": "nonsense", "text": "hi" }),
        json!({ "type": "send", "client_id": "5f6f2f9e-2f6a-4cc0-9c5a-6f1d2f3a4b5c", "text": "hi" }),
        json!({ "type": "send", "client_id": id, "text": "" }),
        json!({ "type": "send", "client_id": id, "text": " \n" }),
        json!({ "type": "send", "client_id": id, "text": "a\0b" }),
        json!({ "type": "send", "client_id": id, "text": "x".repeat(4_001) }),
        json!({ "type": "send", "client_id": id, "text": "hi", "attachment_ids": ["nonsense"] }),
        json!({ "type": "typing" }),
        json!({ "type": "typing", "active": "yes" }),
        json!({ "type": "read", "seq": "1" }),
        json!({ "type": "read", "seq": -1 }),
        json!({ "type": "history", "limit": 0 }),
        json!({ "type": "history", "limit": 101 }),
        json!({ "type": "history", "before": "x" }),
        json!({ "type": "auth" }),
    ];
    for frame in wrong {
        chat.send_json(&frame).await;
        let error = chat.refusal().await;
        assert_eq!(error.code, "validation_failed", "{frame}: {error:?}");
        assert!(!error.detail.is_empty(), "{frame}");
        chat.is_alive().await;
    }
    chat.send(Message::binary(vec![1, 2, 3])).await;
    assert!(!chat.refusal().await.code.is_empty(), "a binary frame");
    chat.send_json(&json!({ "type": "auth", "access_token": "nonsense" }))
        .await;
    assert_eq!(chat.refusal().await.code, "not_authenticated");

    let mut other = ben.chat(room).await;
    let sent = chat.say("and now something right").await;
    assert_eq!(
        until_message(&mut other, "and now something right").await,
        sent.seq
    );
    assert_eq!(ben.history(room).await.len(), 1, "nothing else was written");
}

#[tokio::test]
async fn an_error_about_a_message_names_the_message() {
    let Scene {
        web: _web,
        ada,
        room,
        ..
    } = Scene::set().await;
    let mut chat = ada.chat(room).await;
    let id = Uuid::now_v7();
    chat.send_json(&json!({ "type": "send", "client_id": id, "text": " " }))
        .await;
    assert_eq!(chat.refusal().await.client_id.map(Uuid::from), Some(id));
}

#[tokio::test]
async fn an_oversized_frame_ends_the_socket_with_1009() {
    let Scene {
        web: _web,
        ada,
        room,
        ..
    } = Scene::set().await;
    let padded = |bytes: usize| {
        let frame = json!({ "type": "ping" }).to_string();
        Message::text(format!("{frame}{}", " ".repeat(bytes - frame.len())))
    };
    let mut chat = ada.chat(room).await;
    chat.send(padded(MAX_FRAME_BYTES)).await;
    chat.is_alive().await;
    chat.send(padded(MAX_FRAME_BYTES + 1)).await;
    assert_eq!(chat.closed().await, 1009);
    ada.chat(room).await.is_alive().await;
}

#[tokio::test]
async fn the_notification_socket_refuses_what_it_does_not_know_and_goes_on() {
    let Scene { web: _web, ada, .. } = Scene::set().await;
    let mut bell = ada.notifications().await;
    let send = json!({ "type": "send", "client_id": Uuid::now_v7(), "text": "hi" });
    for frame in [
        Value::Null,
        json!({}),
        json!({ "type": "nonsense" }),
        send,
        json!({ "type": "ping", "x": 1 }),
    ] {
        bell.send_json(&frame).await;
        let refusal = bell.find("error", |frame| match frame {
            NotificationsServerFrame::Error(error) => Some(error.code.clone()),
            _ => None,
        });
        assert_eq!(refusal.await, "validation_failed", "{frame}");
    }
    bell.send_json(&json!({ "type": "ping" })).await;
    bell.find("pong", |frame| {
        matches!(frame, NotificationsServerFrame::Pong { .. }).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_upgrade_is_refused_before_it_happens() {
    let Scene {
        web,
        ada,
        cleo,
        room,
        ..
    } = Scene::set().await;
    let url = web.url();
    let own = format!("/ws/chat/{room}");
    let unknown = format!("/ws/chat/{}", Uuid::now_v7());
    let bad_after = format!("{own}?after=x");
    let bad_epoch = format!("{own}?after=0&epoch=nonsense");
    let (ada, cleo) = (Some(ada.token.as_str()), Some(cleo.token.as_str()));
    let cases = [
        (own.as_str(), None, 401),
        (own.as_str(), Some("nonsense"), 401),
        (own.as_str(), cleo, 404),
        (unknown.as_str(), ada, 404),
        ("/ws/chat/nonsense", ada, 404),
        ("/ws/notifications", None, 401),
        (bad_after.as_str(), ada, 422),
        (bad_epoch.as_str(), ada, 422),
    ];
    for (path, token, status) in cases {
        let refused = wire::open(upgrade(&url, path, token)).await.err();
        assert_eq!(
            refused,
            Some(Refusal::Status(status)),
            "{path} with {token:?}"
        );
    }
    for path in [own.as_str(), "/ws/notifications"] {
        let mut foreign = upgrade(&url, path, ada);
        foreign
            .headers_mut()
            .insert("origin", "https://evil.example".parse().unwrap());
        assert_eq!(
            wire::open(foreign).await.err(),
            Some(Refusal::Status(403)),
            "{path} from a foreign origin"
        );
    }
}

#[tokio::test]
async fn a_browsers_token_comes_as_a_subprotocol_and_never_in_the_address() {
    let Scene { web, ada, room, .. } = Scene::set().await;
    let path = format!("/ws/chat/{room}");
    let mut browser = upgrade(&web.url(), &path, None);
    let protocols = format!("webchat.v1, bearer.{}", ada.token);
    browser
        .headers_mut()
        .insert("sec-websocket-protocol", protocols.parse().unwrap());
    browser
        .headers_mut()
        .insert("origin", web.url().parse().unwrap());
    assert!(wire::open(browser).await.is_ok());
    let in_address = upgrade(
        &web.url(),
        &format!("{path}?access_token={}", ada.token),
        None,
    );
    assert_eq!(
        wire::open(in_address).await.err(),
        Some(Refusal::Status(401))
    );
}
