//! The broker comes back with an older copy of its files before anything else had what it acknowledged since: whoever
//! sent it is told, and sends it again.

use std::time::Duration;

use contract::frames::ChatServerFrame;
use domain::{ClientId, RoomId};
use serde_json::json;
use tempfile::TempDir;
use tokio::time::timeout;
use uuid::Uuid;

use crate::{
    client::Person,
    eventually,
    journey::{until_message, until_stored},
    request::is_ready,
    roles::Roles,
    socket::{Acked, ChatSocket},
    wire,
};

#[tokio::test]
async fn what_only_the_broker_had_is_sent_again_in_a_new_epoch_and_is_there_once() {
    let mut roles = Roles::start(&[]).await;
    let url = roles.url("gateway");
    let (ada, ben) = tokio::join!(Person::join(&url), Person::join(&url));
    let room = ada.open_room(&ben).await;
    let mut chat = ada.chat(room).await;
    let epoch = epoch_of(&chat);
    let before = chat.say_all(&texts("before", 5)).await;
    until_stored(&mut chat, before[4].seq).await;

    roles.kill9("nats");
    let copy = roles.nats.copy_store();
    roles.start_again("nats").await;
    let mut chat = come_back(&ada, room).await;
    roles.kill9("persistence");
    let held = chat.say_all(&texts("held", 10)).await;
    roles.kill9("nats");
    roles.nats.restore_store(&copy);
    roles.start_again("nats").await;
    roles.start_all(&["persistence"]).await;
    roles.until_ready("gateway").await;

    let last = held[9].seq;
    told_to_read_again(&ada, room, last, epoch).await;
    let mut ben_chat = ben.chat(room).await;
    let mut chat = ada.chat(room).await;
    // Somebody else is faster, and gets no sequence that was given before.
    let mut expected = before;
    let new = ben_chat.say("meanwhile").await;
    assert!(new.seq > last, "{} is above {last}", new.seq);
    expected.push(new);
    for (n, message) in held.iter().enumerate() {
        let text = format!("held {n}");
        let again = send_again(&mut chat, message.client_id, &text).await;
        assert_eq!(until_message(&mut ben_chat, &text).await, again.seq);
        expected.push(again);
    }
    until_stored(&mut chat, expected[15].seq).await;
    for person in [&ada, &ben] {
        let shown = shown_to(person, room).await;
        assert_eq!(shown, expected, "everything once, in one order");
    }
}

#[tokio::test]
async fn who_was_told_of_a_lost_message_learns_it_though_an_idle_gateway_was_faster() {
    let TwoGateways {
        mut roles,
        people: [ada, ben, cleo, dan],
        rooms: [room, others],
        mut chat,
        epoch,
        before,
        held,
        copy,
    } = TwoGateways::held_by_a_broker_that_is_killed().await;
    let url = roles.url("gateway");
    roles.nats.restore_store(&copy);
    roles.start_again("nats").await;

    // The idle gateway has seen nothing that is not there, and gives the sequences out again, and more.
    let mut cleo_chat = come_back(&cleo, others).await;
    let new = cleo_chat.say_all(&texts("new", 5)).await;
    assert_eq!(new[0].seq, held[0].seq);
    eventually("the gateway says that it is not ready", async || {
        (!is_ready(&url).await).then_some(())
    })
    .await;
    let too_early = timeout(Duration::from_secs(2), roles.until_ready("gateway")).await;
    assert!(
        too_early.is_err(),
        "another message stands at {}",
        held[2].seq
    );

    roles.start_all(&["persistence"]).await;
    roles.until_ready("gateway").await;
    // What SQL has now at the sequences of hers are the others' messages.
    let (stored, code) = chat.stored_until_closed().await;
    assert!(
        stored < held[0].seq,
        "{stored} is not hers, which are nowhere"
    );
    assert_eq!(code, 1012, "her sequences mean nothing any more");
    told_to_read_again(&ada, room, held[2].seq, epoch).await;
    let mut chat = ada.chat(room).await;
    let renewed = epoch_of(&chat);
    let mut expected = before;
    for (n, message) in held.iter().enumerate() {
        expected.push(send_again(&mut chat, message.client_id, &format!("held {n}")).await);
    }
    until_stored(&mut chat, expected[4].seq).await;
    assert_eq!(shown_to(&ben, room).await, expected);
    until_stored(&mut come_back(&dan, others).await, new[4].seq).await;
    assert_eq!(shown_to(&dan, others).await, new);
    assert_eq!(
        epoch_of(&come_back(&ada, room).await),
        renewed,
        "it is told once"
    );
}

#[tokio::test]
async fn a_gateway_that_slept_through_the_loss_calls_no_lost_message_stored() {
    let TwoGateways {
        mut roles,
        people: [ada, ben, cleo, _dan],
        rooms: [room, others],
        mut chat,
        before,
        held,
        copy,
        ..
    } = TwoGateways::held_by_a_broker_that_is_killed().await;
    roles.pause("gateway");
    roles.nats.restore_store(&copy);
    roles.start_again("nats").await;
    roles.start_all(&["persistence"]).await;

    // Others get the sequences of hers, and more, and theirs are stored.
    let mut cleo_chat = come_back(&cleo, others).await;
    let new = cleo_chat.say_all(&texts("new", 5)).await;
    assert_eq!(new[0].seq, held[0].seq);
    until_stored(&mut cleo_chat, new[4].seq).await;
    roles.resume("gateway");
    let (stored, code) = chat.stored_until_closed().await;
    assert!(
        stored < held[0].seq,
        "{stored} is not hers, which are nowhere"
    );
    assert_eq!(code, 1012, "her sequences mean nothing any more");
    let mut chat = come_back(&ada, room).await;
    let mut expected = before;
    for (n, message) in held.iter().enumerate() {
        expected.push(send_again(&mut chat, message.client_id, &format!("held {n}")).await);
    }
    assert_eq!(shown_to(&ben, room).await, expected);
}

/// Ada and Ben at one gateway, Cleo and Dan at another one, which hears nothing.
struct TwoGateways {
    roles: Roles,
    people: [Person; 4],
    /// Of the first two, and of the others.
    rooms: [RoomId; 2],
    /// Ada's.
    chat: ChatSocket,
    epoch: Uuid,
    /// What SQL has of hers, and the copy of the broker, too.
    before: Vec<Acked>,
    /// What only the broker had.
    held: Vec<Acked>,
    copy: TempDir,
}

impl TwoGateways {
    async fn held_by_a_broker_that_is_killed() -> Self {
        let mut roles = Roles::start(&[]).await;
        roles.start_all(&["gateway-2"]).await;
        let (url, idle) = (roles.url("gateway"), roles.url("gateway-2"));
        let (ada, ben) = tokio::join!(Person::join(&url), Person::join(&url));
        let (cleo, dan) = tokio::join!(Person::join(&idle), Person::join(&idle));
        let (room, others) = (ada.open_room(&ben).await, cleo.open_room(&dan).await);
        let mut chat = ada.chat(room).await;
        let epoch = epoch_of(&chat);
        let before = chat.say_all(&texts("before", 2)).await;
        until_stored(&mut chat, before[1].seq).await;
        roles.kill9("nats");
        let copy = roles.nats.copy_store();
        roles.start_again("nats").await;
        let mut chat = come_back(&ada, room).await;
        roles.kill9("persistence");
        let held = chat.say_all(&texts("held", 3)).await;
        roles.kill9("nats");
        Self {
            roles,
            people: [ada, ben, cleo, dan],
            rooms: [room, others],
            chat,
            epoch,
            before,
            held,
            copy,
        }
    }
}

async fn shown_to(person: &Person, room: RoomId) -> Vec<Acked> {
    let shown = person.history(room).await.into_iter();
    let acked = shown.map(|message| Acked {
        client_id: message.client_id,
        seq: message.seq,
    });
    acked.collect()
}

async fn come_back(person: &Person, room: RoomId) -> ChatSocket {
    eventually("the room opens again", async || {
        person.wire(room, "").await.ok()?;
        Some(person.chat(room).await)
    })
    .await
}

fn epoch_of(chat: &ChatSocket) -> Uuid {
    match chat.hello {
        ChatServerFrame::Hello { epoch, .. } => epoch,
        ref other => panic!("a hello comes first: {other:?}"),
    }
}

async fn told_to_read_again(person: &Person, room: RoomId, after: u64, before: Uuid) {
    let query = format!("?after={after}&epoch={before}");
    let mut socket = person.wire(room, &query).await.expect("a socket");
    let wire::Frame::Text(hello) = wire::read(&mut socket).await else {
        panic!("a hello comes first");
    };
    match wire::parse(&hello) {
        ChatServerFrame::Hello {
            recovered, epoch, ..
        } => assert!(!recovered && epoch != before, "a new epoch: {hello}"),
        other => panic!("a hello comes first: {other:?}"),
    }
}

async fn send_again(chat: &mut ChatSocket, client_id: ClientId, text: &str) -> Acked {
    let frame = json!({ "type": "send", "client_id": client_id, "text": text, "resend": true });
    chat.send_json(&frame).await;
    let seq = chat.find("the ack of a resend", |frame| match frame {
        ChatServerFrame::Ack {
            client_id: acked,
            seq,
            ..
        } if *acked == client_id => Some(*seq),
        _ => None,
    });
    Acked {
        client_id,
        seq: seq.await,
    }
}

fn texts(when: &str, count: usize) -> Vec<String> {
    (0..count).map(|n| format!("{when} {n}")).collect()
}
