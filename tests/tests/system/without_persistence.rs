//! While nobody writes the database, what people do is still taken; the lists catch up later.

use domain::room::{Outcome, Reason, RoomState};
use serde_json::Value;

use crate::{client::Person, roles::Roles};

#[tokio::test]
async fn with_persistence_stopped_everything_is_taken_and_shown_in_the_lists_later() {
    let mut roles = Roles::start(&[]).await;
    let url = roles.url("gateway");
    roles.kill9("persistence");

    let (ada, ben, cleo) = (
        Person::join(&url).await,
        Person::join(&url).await,
        Person::join(&url).await,
    );
    let kept = ada.open_room(&ben).await;
    let left = ada.open_room(&cleo).await;
    let again: Value = ada
        .post("/chat/rooms", serde_json::json!({ "peer_id": ben.id }))
        .await
        .expect(200);
    assert_eq!(again["id"], kept.to_string(), "the pair has one open room");

    let first = ada.say(kept, "is anybody writing this down?").await;
    let mut chat = ben.chat(kept).await;
    let second = chat.say("not yet").await;
    for person in [&ada, &ben] {
        let history = person.history(kept).await;
        let seqs: Vec<_> = history
            .iter()
            .map(|message| (message.prev_seq, message.seq))
            .collect();
        assert_eq!(
            seqs,
            [(0, first.seq), (first.seq, second.seq)],
            "an acknowledged message is in the next read"
        );
        let room: Value = person.get(&format!("/chat/rooms/{kept}")).await.expect(200);
        assert_eq!(room["last_message"]["text"], "not yet");
    }

    ada.start_countdown(kept).await;
    ada.vote(kept, "keep").await;
    assert_eq!(ben.vote(kept, "keep").await.outcome, Some(Outcome::Kept));
    let _: Value = cleo
        .order(&format!("/chat/rooms/{left}/leave"))
        .await
        .expect(200);
    assert_eq!(ada.status(left).await.reason, Some(Reason::Left));
    let refused = ada.order(&format!("/simple-countdown/start/{left}")).await;
    assert_eq!((refused.status, refused.code()), (409, "room_ended"));

    roles.start_all(&["persistence"]).await;

    for (person, unread) in [(&ada, 1), (&ben, 1)] {
        let wished = |room: &contract::room::RoomSummary| room.kept && room.unread_count == unread;
        let listed = person
            .listed(kept, "the kept room with its unread message", wished)
            .await;
        assert_eq!(listed.last_message.expect("a last message").seq, second.seq);
    }
    ada.listed(left, "the room that was left", |room| {
        room.state == RoomState::Ended
    })
    .await;
    cleo.listed(left, "the room that was left", |room| {
        room.state == RoomState::Ended
    })
    .await;
}

#[tokio::test]
async fn a_message_is_taken_and_delivered_while_every_worker_is_stopped() {
    let mut roles = Roles::start(&[]).await;
    let url = roles.url("gateway");
    let (ada, ben) = (Person::join(&url).await, Person::join(&url).await);
    let room = ada.open_room(&ben).await;
    for worker in ["persistence", "matchmaker", "countdown"] {
        roles.kill9(worker);
    }
    let (mut ada_chat, mut ben_chat) = (ada.chat(room).await, ben.chat(room).await);
    let sent = ada_chat.say("nobody but us").await;
    assert_eq!(
        crate::journey::until_message(&mut ben_chat, "nobody but us").await,
        sent.seq
    );
    assert_eq!(ben.history(room).await.len(), 1);
}
