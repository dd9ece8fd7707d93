//! Entries of a deleted user's rooms and ticket that this release cannot read.

use broker::Publish;
use contract::{streams::LIFE, subjects};
use domain::{RoomId, UserId, pair::PairKey};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Ground, TIMING,
    traces::{
        MARKER, Talk, account, all_is_done, delete, in_stream, is_noted, nothing_is_left_of,
        said_in, talk, until_gone,
    },
    until,
};

pub async fn poison_goes_and_keeps_nothing_else_from_going(ground: Ground) {
    let talk = talk(&ground).await;
    let worker = ground.worker().await;
    all_is_done(&ground).await;
    let key = PairKey::of(talk.ada, talk.ben).unwrap();
    for subject in [
        subjects::life_room(talk.room),
        subjects::life_ticket(talk.ada),
        subjects::life_pair(key),
    ] {
        let poison = Publish::new(subject, format!("{MARKER}, and no event"));
        ground.broker.publish(poison).await.unwrap();
    }
    delete(&ground, talk.ada).await;
    until_gone(&ground, talk.ada).await;
    nothing_is_left_of(&ground, &talk).await;
    assert_eq!(said_in(&ground, talk.room).await.len(), 1, "Ben's message");
    worker.stop().await;
}

pub async fn what_a_newer_release_wrote_stays_and_keeps_nothing_else_from_going(ground: Ground) {
    let talk = talk(&ground).await;
    let worker = ground.worker().await;
    let newest = a_room_with_a_third(&ground, &talk).await;
    all_is_done(&ground).await;
    written_by_a_newer_release(&ground, &subjects::life_room(newest)).await;
    written_by_a_newer_release(&ground, &subjects::life_ticket(talk.ada)).await;
    delete(&ground, talk.ada).await;
    until("the words in the older room are gone", async || {
        said_in(&ground, talk.room).await == [(talk.ben, "what Ben said".to_owned())]
    })
    .await;
    until("so are her likes", async || {
        let mut left = 0;
        for pairs in subjects::life_pairs_of(talk.ada) {
            left += in_stream(&ground, &LIFE, &pairs).await.len();
        }
        left == 0
    })
    .await;
    assert!(is_noted(&ground, talk.ada).await, "there is more to do");
    let kept = in_stream(&ground, &LIFE, &subjects::life_room(newest)).await;
    assert!(!kept.is_empty(), "it is the newer release's");
    worker.stop().await;
}

/// The newest of Ada's rooms: deletion comes to it first.
async fn a_room_with_a_third(ground: &Ground, talk: &Talk) -> RoomId {
    let cem: UserId = account(ground, "cem").await;
    let (key, room) = (PairKey::of(talk.ada, cem).unwrap(), RoomId(Uuid::now_v7()));
    // A pair has one open room, a person as many as there are pairs.
    ground.broker.open_room(key, room, TIMING).await.unwrap();
    room
}

async fn written_by_a_newer_release(ground: &Ground, subject: &str) {
    let record = ground.broker.last(&LIFE, subject).await.unwrap().unwrap();
    let mut event: Value = serde_json::from_slice(&record.payload).unwrap();
    event["version"] = json!(1_000);
    let event = Publish::new(subject.to_owned(), event.to_string());
    ground.broker.publish(event).await.unwrap();
}
