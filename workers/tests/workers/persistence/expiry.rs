//! What was said in a room that was not kept goes; what was kept stays.

use std::sync::Arc;

use broker::Publish;
use contract::{
    consumers::{PERSISTENCE_CHAT, PERSISTENCE_LIFE, PERSISTENCE_RECEIPT},
    streams::{CHAT, DLQ, RECEIPT},
    subjects,
};
use domain::{
    RoomId, UserId,
    pair::PairKey,
    room::{Input, Vote},
};
use entities::{message, read_position, room};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use super::{Ground, TIMING, a_message, a_user, on_both_databases, until};

on_both_databases!(
    messages_of_a_room_that_was_not_kept_go_and_kept_ones_stay,
    nothing_goes_before_its_time,
);

struct Talk {
    room: RoomId,
    ada: UserId,
    ben: UserId,
}

async fn messages_of_a_room_that_was_not_kept_go_and_kept_ones_stay(mut ground: Ground) {
    Arc::make_mut(&mut ground.settings)
        .retention
        .ended_room_secs = 1;
    let (kept, ended, open) = (
        talk(&ground).await,
        talk(&ground).await,
        talk(&ground).await,
    );
    poison(&ground, ended.room).await;
    keep(&ground, &kept).await;
    // Also what was kept and left later stays.
    change(&ground, kept.room, Input::Leave { by: kept.ada }).await;
    change(&ground, ended.room, Input::Leave { by: ended.ada }).await;
    let (one, other) = (ground.worker().await, ground.worker().await);
    all_is_done(&ground).await;
    until("what was not kept is gone", async || {
        said_in(&ground, ended.room).await == 0
    })
    .await;

    for gone in [
        subjects::chat(ended.room),
        subjects::receipts_of(ended.room),
    ] {
        let stream = if gone.starts_with("chat") {
            CHAT
        } else {
            RECEIPT
        };
        assert!(
            ground
                .broker
                .replay(&stream, &gone, 1, 10)
                .await
                .unwrap()
                .is_empty()
        );
    }
    let dead = ground
        .broker
        .replay(&DLQ, subjects::DLQ_ALL, 1, 10)
        .await
        .unwrap();
    assert!(dead.is_empty(), "the dead letters do not keep it either");
    let read = read_position::Entity::in_room(ended.room.0);
    assert_eq!(read.count(&ground.database.read).await.unwrap(), 0);
    let row = room::Entity::find_by_id(ended.room.0)
        .one(&ground.database.read)
        .await;
    let row = row.unwrap().expect("the room itself stays");
    assert_eq!((row.last_message_seq, &*row.state), (0, "ended"));
    for stays in [&kept, &open] {
        assert_eq!(said_in(&ground, stays.room).await, 3);
    }
    one.stop().await;
    other.stop().await;
}

async fn nothing_goes_before_its_time(ground: Ground) {
    let ended = talk(&ground).await;
    change(&ground, ended.room, Input::Leave { by: ended.ada }).await;
    let worker = ground.worker().await;
    all_is_done(&ground).await;
    worker.stop().await;
    let worker = ground.worker().await;
    all_is_done(&ground).await;
    assert_eq!(said_in(&ground, ended.room).await, 3);
    worker.stop().await;
}

async fn talk(ground: &Ground) -> Talk {
    let (ada, ben, room) = (a_user(), a_user(), RoomId(Uuid::now_v7()));
    let pair = PairKey::of(ada, ben).unwrap();
    ground.broker.open_room(pair, room, TIMING).await.unwrap();
    let mut last = 0;
    for text in ["one", "two", "three"] {
        last = ground.send(&a_message(room, ada, text)).await;
    }
    ground.read_up_to(room, ben, last).await;
    Talk { room, ada, ben }
}

async fn poison(ground: &Ground, room: RoomId) {
    let poison = Publish::new(subjects::chat(room), "something private, and no message");
    ground.broker.publish(poison).await.unwrap();
}

async fn keep(ground: &Ground, talk: &Talk) {
    change(ground, talk.room, Input::Start { by: talk.ada }).await;
    for by in [talk.ada, talk.ben] {
        let vote = Vote::Keep;
        change(ground, talk.room, Input::Vote { by, vote }).await;
    }
}

async fn change(ground: &Ground, room: RoomId, input: Input) {
    let changed = ground.broker.change_room(room, input, None).await.unwrap();
    assert!(changed.changed);
}

async fn all_is_done(ground: &Ground) {
    for consumer in [PERSISTENCE_CHAT, PERSISTENCE_LIFE, PERSISTENCE_RECEIPT] {
        ground.until_done(consumer).await;
    }
}

async fn said_in(ground: &Ground, room: RoomId) -> u64 {
    let said = message::Entity::find().filter(message::Column::RoomId.eq(room.0));
    said.count(&ground.database.read).await.unwrap()
}
