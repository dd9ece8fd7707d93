//! Persistence has a batch in hand while the broker comes back with an older copy of its files.

use std::time::Duration;

use contract::consumers::PERSISTENCE_CHAT;
use sea_orm::{ConnectOptions, ConnectionTrait, Database};
use tokio::time::sleep;
use webchat_tests::proxy::{Link, Proxy};

use crate::{
    client::Person,
    eventually, jetstream,
    journey::until_stored,
    lost_tail::in_sql,
    roles::{ALL, Roles},
};

#[tokio::test]
async fn a_batch_that_its_stream_has_lost_does_not_take_the_place_of_what_comes_after() {
    in_hand_while_its_stream_is_lost(Roles::start(&[]).await, None, Held::AtOnce).await;
}

#[tokio::test]
async fn what_was_asked_for_ahead_is_not_stored_with_what_comes_after_the_loss() {
    in_hand_while_its_stream_is_lost(Roles::start(&[]).await, None, Held::OneByOne).await;
}

#[tokio::test]
async fn a_batch_is_not_stored_while_its_worker_is_cut_off_and_others_may_write_in_its_place() {
    let mut roles = Roles::prepare(&[]).await;
    let link = Proxy::start(roles.nats.port()).await;
    let url = format!("nats://127.0.0.1:{}", link.port());
    roles.tell("persistence", &[("NATS_URL", &url)]);
    roles.start_all(&ALL).await;
    in_hand_while_its_stream_is_lost(roles, Some(link), Held::AtOnce).await;
}

/// How the messages came that the stream loses.
#[derive(Clone, Copy, PartialEq)]
enum Held {
    /// As one batch, which is in hand.
    AtOnce,
    /// The first is in hand, the others wait behind it, and before what comes after the loss.
    OneByOne,
}

/// Over its link, the worker comes back to the broker only when the database takes everything again.
async fn in_hand_while_its_stream_is_lost(mut roles: Roles, link: Option<Proxy>, how: Held) {
    roles.start_all(&["gateway-2"]).await;
    let (url, idle) = (roles.url("gateway"), roles.url("gateway-2"));
    let (ada, ben) = tokio::join!(Person::join(&url), Person::join(&url));
    let room = ada.open_room(&ben).await;
    let before = ada.say(room, "before").await;
    until_stored(&mut ada.chat(room).await, before.seq).await;
    roles.kill9("nats");
    let copy = roles.nats.copy_store();
    roles.start_again("nats").await;
    let mut chat = eventually("the room opens again", async || {
        ada.wire(room, "").await.ok()?;
        Some(ada.chat(room).await)
    })
    .await;

    // The database takes nothing while somebody else writes.
    let one = ConnectOptions::new(roles.database_url())
        .max_connections(1)
        .to_owned();
    let busy = Database::connect(one).await.unwrap();
    busy.execute_unprepared("BEGIN IMMEDIATE").await.unwrap();
    let broker = jetstream::connect(&roles.nats.url()).await;
    let mut held = Vec::new();
    let texts = ["held 1", "held 2", "held 3"].map(str::to_owned);
    let parts = match how {
        Held::AtOnce => vec![&texts[..]],
        Held::OneByOne => texts.chunks(1).collect(),
    };
    for part in parts {
        held.extend(chat.say_all(part).await);
        let last = held.last().expect("something said").seq;
        eventually("persistence has them", async || {
            let state = broker.consumer_state(&PERSISTENCE_CHAT).await.ok()??;
            (state.delivered >= last).then_some(())
        })
        .await;
        // Longer than a batch is waited for.
        sleep(Duration::from_millis(500)).await;
    }
    if let Some(link) = &link {
        link.set(Link::Cut);
    }
    // Nobody who was told of them is left.
    roles.kill9("gateway");
    roles.kill9("nats");
    roles.nats.restore_store(&copy);
    roles.start_again("nats").await;
    let ben = ben.at(&idle);
    let new = eventually("the idle gateway sends", async || {
        let form = serde_json::json!({ "client_id": uuid::Uuid::now_v7(), "text": "new" });
        let answer = ben
            .post(&format!("/chat/rooms/{room}/messages"), form)
            .await;
        (answer.status == 201).then(|| answer.expect::<contract::message::Message>(201))
    })
    .await;
    assert_eq!(new.seq, held[0].seq, "the copy's next sequence");
    let mut newest = new.seq;
    for text in ["new 2", "new 3", "new 4"] {
        newest = ben.say(room, text).await.seq;
    }
    // Longer than persistence pauses between two tries.
    sleep(Duration::from_secs(2)).await;
    busy.execute_unprepared("COMMIT").await.unwrap();
    if let Some(link) = &link {
        // Longer than the longest pause between two tries.
        sleep(Duration::from_secs(10)).await;
        link.set(Link::PLAIN);
    }

    until_stored(&mut ben.chat(room).await, newest).await;
    let texts: Vec<_> = ben
        .history(room)
        .await
        .into_iter()
        .map(|message| message.text)
        .collect();
    assert_eq!(texts, ["before", "new", "new 2", "new 3", "new 4"]);
    in_sql(
        roles.database_url(),
        "SELECT 1 FROM (SELECT count(*) AS n FROM messages) AS stored WHERE n = 5",
    )
    .await;
    let dead = roles.operate(&["dlq", "ls"]).await;
    assert!(dead.success && dead.stdout.is_empty(), "{dead:?}");
}
