//! What was said in a room that was not kept goes; what was kept stays.

use std::{sync::Arc, time::Duration};

use broker::Publish;
use contract::{
    consumers::{PERSISTENCE_CHAT, PERSISTENCE_LIFE, PERSISTENCE_RECEIPT},
    streams::{CHAT, DLQ, RECEIPT, StreamSpec},
    subjects,
};
use domain::{
    RoomId, UserId,
    pair::PairKey,
    room::{Input, Vote},
};
use entities::{expiry, message, read_position, report, room};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Ground, TIMING, a_message, a_user, on_both_databases, report_of, until};

on_both_databases!(
    messages_of_a_room_that_was_not_kept_go_and_kept_ones_stay,
    nothing_goes_before_its_time,
    a_reported_room_is_frozen_until_the_report_is_closed,
    what_turns_up_late_of_a_room_whose_time_is_over_does_not_stay,
    kept_messages_outlive_the_stream,
);

struct Talk {
    room: RoomId,
    ada: UserId,
    ben: UserId,
}

async fn messages_of_a_room_that_was_not_kept_go_and_kept_ones_stay(mut ground: Ground) {
    expire_after_a_second(&mut ground);
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

async fn a_reported_room_is_frozen_until_the_report_is_closed(mut ground: Ground) {
    expire_after_a_second(&mut ground);
    let (reported, other) = (talk(&ground).await, talk(&ground).await);
    let report = report_of(reported.room, reported.ben, reported.ada);
    report::Entity::file(&ground.database.write, report.clone(), Vec::new())
        .await
        .unwrap();
    for ended in [&reported, &other] {
        change(&ground, ended.room, Input::Leave { by: ended.ada }).await;
    }
    let worker = ground.worker().await;
    all_is_done(&ground).await;
    until("the other room's messages are gone", async || {
        said_in(&ground, other.room).await == 0
    })
    .await;
    // Their time was over together.
    assert_eq!(said_in(&ground, reported.room).await, 3);
    assert_eq!(
        in_stream(&ground, &CHAT, &subjects::chat(reported.room)).await,
        3
    );

    let closed = report::Entity::update_many()
        .col_expr(report::Column::State, Expr::value("dismissed"))
        .filter(report::Column::Id.eq(report.id));
    closed.exec(&ground.database.write).await.unwrap();
    until("the reported room's messages are gone", async || {
        said_in(&ground, reported.room).await == 0
    })
    .await;
    worker.stop().await;
}

async fn what_turns_up_late_of_a_room_whose_time_is_over_does_not_stay(mut ground: Ground) {
    expire_after_a_second(&mut ground);
    let ended = talk(&ground).await;
    change(&ground, ended.room, Input::Leave { by: ended.ada }).await;
    let worker = ground.worker().await;
    until("the messages are gone", async || {
        said_in(&ground, ended.room).await == 0 && is_expired(&ground, ended.room).await
    })
    .await;
    let late = ground
        .send(&a_message(ended.room, ended.ada, "from an older copy"))
        .await;
    ground.read_up_to(ended.room, ended.ben, late).await;
    all_is_done(&ground).await;
    assert_eq!(said_in(&ground, ended.room).await, 0);
    until("the late message has left the streams", async || {
        in_stream(&ground, &CHAT, &subjects::chat(ended.room)).await == 0
            && in_stream(&ground, &RECEIPT, &subjects::receipts_of(ended.room)).await == 0
            && is_expired(&ground, ended.room).await
    })
    .await;
    let read = read_position::Entity::in_room(ended.room.0);
    assert_eq!(read.count(&ground.database.read).await.unwrap(), 0);
    worker.stop().await;
}

async fn kept_messages_outlive_the_stream(mut ground: Ground) {
    expire_after_a_second(&mut ground);
    let kept = talk(&ground).await;
    keep(&ground, &kept).await;
    change(&ground, kept.room, Input::Leave { by: kept.ada }).await;
    let worker = ground.worker().await;
    all_is_done(&ground).await;
    age_out_after_two_seconds(&ground, &CHAT).await;
    until("the stream has forgotten the messages", async || {
        in_stream(&ground, &CHAT, &subjects::chat(kept.room)).await == 0
    })
    .await;
    // Another room comes and goes meanwhile, so the time of those that were not kept is over.
    let ended = talk(&ground).await;
    change(&ground, ended.room, Input::Leave { by: ended.ben }).await;
    until("what was not kept is gone", async || {
        is_expired(&ground, ended.room).await
    })
    .await;
    assert_eq!(said_in(&ground, kept.room).await, 3);
    let row = room::Entity::find_by_id(kept.room.0);
    let row = row.one(&ground.database.read).await.unwrap().unwrap();
    assert!(row.kept && row.last_message_seq > 0, "{row:?}");
    worker.stop().await;
}

fn expire_after_a_second(ground: &mut Ground) {
    let settings = Arc::make_mut(&mut ground.settings);
    settings.retention.ended_room_secs = 1;
}

/// As seven days would do.
async fn age_out_after_two_seconds(ground: &Ground, stream: &StreamSpec) {
    let api = |call: &str| format!("$JS.API.STREAM.{call}.{}", stream.name);
    let ask = async |call: &str, body: String| -> Value {
        let answer = ground
            .broker
            .ask_live(api(call), body, Duration::from_secs(5));
        serde_json::from_slice(&answer.await.unwrap().unwrap()).unwrap()
    };
    let mut config = ask("INFO", String::new()).await["config"].clone();
    config["max_age"] = json!(2_000_000_000_u64);
    config["duplicate_window"] = json!(1_000_000_000_u64);
    let updated = ask("UPDATE", config.to_string()).await;
    assert!(updated["error"].is_null(), "{updated}");
}

async fn in_stream(ground: &Ground, stream: &StreamSpec, subject: &str) -> usize {
    let records = ground.broker.replay(stream, subject, 1, 100).await;
    records.unwrap().len()
}

async fn is_expired(ground: &Ground, room: RoomId) -> bool {
    let note = expiry::Entity::find_by_id(room.0);
    let note = note.one(&ground.database.read).await.unwrap();
    note.is_some_and(|note| note.expired_at.is_some() && !note.has_remains)
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
