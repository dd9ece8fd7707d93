//! What a deleted user has left goes, and nothing of it comes back.

mod traces;
mod unreadable;

use contract::{
    consumers::PERSISTENCE_CHAT,
    streams::{CHAT, REVOKED},
    subjects,
};
use domain::{
    RoomId,
    pair::{Input, PairKey},
    room::{Phase, Reason, Room},
};
use entities::{deletion, report, room};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use uuid::Uuid;

use super::{Ground, TIMING, a_message, on_both_databases, report_of, until};
use traces::{
    MARKER, all_is_done, delete, evidence_of, has_marker, in_stream, is_noted, kept, letter_of,
    nothing_is_left_of, said_in, talk, until_gone,
};
use unreadable::{
    poison_goes_and_keeps_nothing_else_from_going,
    what_a_newer_release_wrote_stays_and_keeps_nothing_else_from_going,
};

on_both_databases!(
    everything_of_a_deleted_user_goes_and_the_others_words_stay,
    what_arrives_late_of_a_deleted_user_does_not_stay,
    a_worker_that_dies_at_any_step_leaves_the_rest_to_the_next,
    evidence_of_an_open_report_stays_until_it_is_closed,
    an_older_copy_of_the_broker_brings_nothing_back,
    poison_goes_and_keeps_nothing_else_from_going,
    what_a_newer_release_wrote_stays_and_keeps_nothing_else_from_going,
);

async fn everything_of_a_deleted_user_goes_and_the_others_words_stay(ground: Ground) {
    let talk = talk(&ground).await;
    let worker = ground.worker().await;
    all_is_done(&ground).await;
    delete(&ground, talk.ada).await;
    until_gone(&ground, talk.ada).await;

    nothing_is_left_of(&ground, &talk).await;
    let said: Vec<_> = said_in(&ground, talk.room).await;
    assert_eq!(said, [(talk.ben, "what Ben said".to_owned())]);
    let row = room::Entity::find_by_id(talk.room.0);
    let row = row.one(&ground.database.read).await.unwrap().unwrap();
    let stored: Room = serde_json::from_value(row.document).unwrap();
    assert!(
        matches!(stored.phase, Phase::Ended { reason: Reason::Left, by, .. } if by == Some(talk.ada)),
        "{stored:?}"
    );
    assert!(row.last_message_seq > 0, "Ben's message is the last one");
    let revoked = subjects::revoke_user(talk.ada);
    assert_eq!(in_stream(&ground, &REVOKED, &revoked).await.len(), 1);
    worker.stop().await;
}

async fn what_arrives_late_of_a_deleted_user_does_not_stay(ground: Ground) {
    let talk = talk(&ground).await;
    let worker = ground.worker().await;
    delete(&ground, talk.ada).await;
    until_gone(&ground, talk.ada).await;

    // An older copy of the broker has all of it again.
    let message = a_message(talk.room, talk.ada, MARKER);
    let seq = ground.send(&message).await;
    ground.read_up_to(talk.room, talk.ada, seq).await;
    let key = PairKey::of(talk.ada, talk.ben).unwrap();
    let like = Input::Like {
        by: talk.ada,
        on: true,
    };
    ground.broker.change_pair(key, like).await.unwrap();
    let again = RoomId(Uuid::now_v7());
    ground.broker.open_room(key, again, TIMING).await.unwrap();
    all_is_done(&ground).await;
    assert_eq!(said_in(&ground, talk.room).await.len(), 1, "never stored");
    until_gone(&ground, talk.ada).await;
    nothing_is_left_of(&ground, &talk).await;
    let row = room::Entity::find_by_id(again.0);
    let row = row.one(&ground.database.read).await.unwrap().unwrap();
    assert_eq!(row.state, "ended");
    worker.stop().await;

    // So has a dead letter that an operator tries once more.
    let letter = letter_of(&message, seq);
    let shutdown = bootstrap::Shutdown::new();
    let (broker, database) = (&ground.broker, &ground.database);
    let name = PERSISTENCE_CHAT.name;
    webchat_workers::persistence::replay(broker, database, name, &letter, &shutdown)
        .await
        .unwrap();
    assert_eq!(said_in(&ground, talk.room).await.len(), 1, "never stored");
}

async fn a_worker_that_dies_at_any_step_leaves_the_rest_to_the_next(ground: Ground) {
    let talk = talk(&ground).await;
    let worker = ground.worker().await;
    all_is_done(&ground).await;
    worker.stop().await;
    delete(&ground, talk.ada).await;
    for millis in [0, 3, 10, 20, 40, 80, 160, 320] {
        let worker = ground.worker().await;
        tokio::time::sleep(std::time::Duration::from_millis(millis)).await;
        worker.kill().await;
        assert!(is_noted(&ground, talk.ada).await, "the note goes last");
    }
    let (one, other) = (ground.worker().await, ground.worker().await);
    until_gone(&ground, talk.ada).await;
    nothing_is_left_of(&ground, &talk).await;
    assert_eq!(said_in(&ground, talk.room).await.len(), 1);
    one.stop().await;
    other.stop().await;
}

async fn evidence_of_an_open_report_stays_until_it_is_closed(ground: Ground) {
    let talk = talk(&ground).await;
    let worker = ground.worker().await;
    all_is_done(&ground).await;
    let by_ben = report_of(talk.room, talk.ben, talk.ada);
    let by_ada = report_of(talk.room, talk.ada, talk.ben);
    for report in [&by_ben, &by_ada] {
        let evidence = vec![kept(report.id, talk.ada, 1), kept(report.id, talk.ben, 2)];
        report::Entity::file(&ground.database.write, report.clone(), evidence)
            .await
            .unwrap();
    }
    delete(&ground, talk.ada).await;
    until("only what is held is left", async || {
        let note = deletion::Entity::find_by_id(talk.ada.0);
        let note = note.one(&ground.database.read).await.unwrap();
        note.is_some_and(|note| note.held)
    })
    .await;
    assert_eq!(
        said_in(&ground, talk.room).await.len(),
        3,
        "all was said there"
    );
    assert_eq!(evidence_of(&ground, &by_ben).await, [talk.ada, talk.ben]);
    assert_eq!(evidence_of(&ground, &by_ada).await, [talk.ben]);
    let own = report::Entity::find_by_id(by_ada.id);
    let own = own.one(&ground.database.read).await.unwrap().unwrap();
    assert_eq!(own.detail, None, "what Ada wrote goes with her");
    let ended = ground.broker.room(talk.room).await.unwrap();
    assert!(ended.is_none_or(|room| room.value.is_ended()));

    let closed = report::Entity::update_many()
        .col_expr(report::Column::State, Expr::value("upheld"))
        .filter(report::Column::Id.eq(by_ben.id));
    closed.exec(&ground.database.write).await.unwrap();
    until_gone(&ground, talk.ada).await;
    assert_eq!(said_in(&ground, talk.room).await.len(), 1);
    assert_eq!(evidence_of(&ground, &by_ben).await, [talk.ben]);
    worker.stop().await;
}

async fn an_older_copy_of_the_broker_brings_nothing_back(mut ground: Ground) {
    let talk = talk(&ground).await;
    let worker = ground.worker().await;
    all_is_done(&ground).await;
    ground.nats.kill9();
    let copy = ground.nats.copy_store();
    ground.nats.restart().await;
    until("the broker is back", async || {
        ground.broker.stream_state(&CHAT).await.is_ok()
    })
    .await;
    // SQL gets ahead of the copy, and Ada goes.
    ground.send(&a_message(talk.room, talk.ben, "later")).await;
    until("it is stored", async || {
        said_in(&ground, talk.room).await.len() == 4
    })
    .await;
    delete(&ground, talk.ada).await;
    until_gone(&ground, talk.ada).await;
    ground.nats.kill9();
    ground.nats.restore_store(&copy);
    ground.nats.restart().await;
    until(
        "the words are noted again, and gone from the copy",
        async || {
            let chat = subjects::chat(talk.room);
            match ground.broker.replay(&CHAT, &chat, 1, 100).await {
                Ok(records) => {
                    records.is_empty() || records.iter().all(|r| !has_marker(&r.payload))
                }
                Err(_away) => false,
            }
        },
    )
    .await;
    until_gone(&ground, talk.ada).await;
    let said = said_in(&ground, talk.room).await;
    assert!(
        said.iter().all(|(sender, _)| *sender == talk.ben),
        "{said:?}"
    );
    worker.stop().await;
}
