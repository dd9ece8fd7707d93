//! What a deleted user has left goes, and nothing of it comes back.

use broker::{Publish, life::Write};
use contract::{
    DeadLetter,
    consumers::{ConsumerSpec, PERSISTENCE_CHAT, PERSISTENCE_LIFE, PERSISTENCE_RECEIPT},
    message::StoredMessage,
    streams::{ALL, CHAT, DLQ, LIFE, RECEIPT, REVOKED, StreamSpec},
    subjects,
};
use domain::{
    RoomId, TicketId, Timestamp, UserId,
    matching::Features,
    pair::{Input, PairKey},
    room::{Phase, Reason, Room},
    ticket::Ticket,
};
use entities::{
    deletion, message, pair, profile, read_position, report, report_evidence, room, room_event,
    user,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr,
};
use uuid::Uuid;

use super::{Ground, TIMING, a_message, on_both_databases, report_of, until};

const MARKER: &str = "a private word";

on_both_databases!(
    everything_of_a_deleted_user_goes_and_the_others_words_stay,
    what_arrives_late_of_a_deleted_user_does_not_stay,
    a_worker_that_dies_at_any_step_leaves_the_rest_to_the_next,
    evidence_of_an_open_report_stays_until_it_is_closed,
    an_older_copy_of_the_broker_brings_nothing_back,
);

/// Ada, who goes, and Ben, in a room of theirs.
struct Talk {
    ada: UserId,
    ben: UserId,
    room: RoomId,
}

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

fn has_marker(payload: &[u8]) -> bool {
    String::from_utf8_lossy(payload).contains(MARKER)
}

/// Two accounts, a room with messages of both, a pair that likes, read positions, a ticket, and poison.
async fn talk(ground: &Ground) -> Talk {
    let (ada, ben) = (account(ground, "ada").await, account(ground, "ben").await);
    let (key, room) = (PairKey::of(ada, ben).unwrap(), RoomId(Uuid::now_v7()));
    ground.broker.open_room(key, room, TIMING).await.unwrap();
    let like = Input::Like { by: ada, on: true };
    ground.broker.change_pair(key, like).await.unwrap();
    for text in [MARKER, "another private word"] {
        ground.send(&a_message(room, ada, text)).await;
    }
    let last = ground.send(&a_message(room, ben, "what Ben said")).await;
    for reader in [ada, ben] {
        ground.read_up_to(room, reader, last).await;
    }
    let poison = Publish::new(subjects::chat(room), format!("{MARKER}, and no message"));
    ground.broker.publish(poison).await.unwrap();
    let features = Features {
        interests: vec![MARKER.to_owned()],
        ..Features::default()
    };
    let ticket = Ticket::join(TicketId(Uuid::now_v7()), ada, features, Timestamp(1_000));
    let write = Write::Ticket(Box::new(ticket), 0);
    ground.broker.commit(&[write]).await.unwrap();
    Talk { ada, ben, room }
}

async fn account(ground: &Ground, name: &str) -> UserId {
    let id = Uuid::now_v7();
    let account = user::Model {
        id,
        username: name.to_owned(),
        username_key: name.to_owned(),
        password_hash: "hash".to_owned(),
        date_of_birth: "1990-05-17".to_owned(),
        display_name: MARKER.to_owned(),
        created_at: 1,
        deleted_at: None,
    };
    let row = user::ActiveModel::from(account);
    row.insert(&ground.database.write).await.unwrap();
    UserId(id)
}

/// As a gateway does.
async fn delete(ground: &Ground, user: UserId) {
    let now = ground.broker.clock().now().0;
    let transaction = ground.database.begin_write().await.unwrap();
    assert!(
        user::Entity::erase(&transaction, user.0, now)
            .await
            .unwrap()
    );
    transaction.commit().await.unwrap();
}

async fn is_noted(ground: &Ground, user: UserId) -> bool {
    let note = deletion::Entity::find_by_id(user.0);
    note.count(&ground.database.read).await.unwrap() > 0
}

async fn until_gone(ground: &Ground, user: UserId) {
    until("the note of the deletion is gone", async || {
        !is_noted(ground, user).await
    })
    .await;
}

async fn nothing_is_left_of(ground: &Ground, talk: &Talk) {
    for stream in &ALL {
        for record in in_stream(ground, stream, ">").await {
            let text = String::from_utf8_lossy(&record.payload);
            assert!(!text.contains(MARKER), "{}: {text}", record.subject);
        }
    }
    let by_ada = in_stream(ground, &CHAT, &subjects::chat(talk.room)).await;
    assert!(by_ada.iter().all(|record| !record.payload.is_empty()));
    assert_eq!(by_ada.len(), 1, "Ben's message");
    assert!(in_stream(ground, &DLQ, subjects::DLQ_ALL).await.is_empty());
    let receipts = in_stream(ground, &RECEIPT, subjects::RECEIPT_ALL).await;
    let ben = subjects::receipt(talk.room, talk.ben);
    assert!(receipts.iter().all(|record| record.subject == ben));
    for gone in [subjects::LIFE_PAIRS, subjects::LIFE_ROOMS] {
        assert!(in_stream(ground, &LIFE, gone).await.is_empty(), "{gone}");
    }
    let db = &ground.database.read;
    let read = read_position::Entity::find().filter(read_position::Column::UserId.eq(talk.ada.0));
    assert_eq!(read.count(db).await.unwrap(), 0);
    assert_eq!(pair::Entity::of(talk.ada.0).count(db).await.unwrap(), 0);
    assert_eq!(
        room_event::Entity::of(talk.room.0).count(db).await.unwrap(),
        0
    );
    assert_eq!(profile::Entity::of(talk.ada.0).count(db).await.unwrap(), 0);
    let account = user::Entity::find_by_id(talk.ada.0);
    let account = account
        .one(db)
        .await
        .unwrap()
        .expect("the id keeps its meaning");
    assert_eq!(
        (account.display_name.as_str(), account.username.as_str()),
        ("", "")
    );
}

async fn in_stream(ground: &Ground, stream: &StreamSpec, subject: &str) -> Vec<broker::Record> {
    let records = ground.broker.replay(stream, subject, 1, 1_000).await;
    records.unwrap()
}

async fn said_in(ground: &Ground, room: RoomId) -> Vec<(UserId, String)> {
    let said = message::Entity::in_room(room.0);
    let said = said.all(&ground.database.read).await.unwrap();
    let said = said.into_iter();
    said.map(|message| (UserId(message.sender_id), message.text))
        .collect()
}

fn kept(report_id: Uuid, sender: UserId, seq: i64) -> report_evidence::Model {
    report_evidence::Model {
        report_id,
        seq,
        message_id: Uuid::now_v7(),
        sender_id: sender.0,
        text: "what was said".to_owned(),
        attachments: serde_json::json!([]),
        sent_at: 1,
    }
}

async fn evidence_of(ground: &Ground, report: &report::Model) -> Vec<UserId> {
    let evidence = report_evidence::Entity::of(report.id);
    let evidence = evidence.all(&ground.database.read).await.unwrap();
    let senders = evidence.into_iter().map(|row| UserId(row.sender_id));
    senders.collect()
}

fn letter_of(message: &StoredMessage, seq: u64) -> DeadLetter {
    let letter = DeadLetter {
        stream: CHAT.name.to_owned(),
        subject: subjects::chat(message.room_id),
        seq,
        stored_at: Timestamp(1_000),
        attempts: 1,
        error: "refused".to_owned(),
        payload: None,
        payload_base64: None,
    };
    letter.with_body(&serde_json::to_vec(message).unwrap())
}

async fn all_is_done(ground: &Ground) {
    let all: [ConsumerSpec; 3] = [PERSISTENCE_CHAT, PERSISTENCE_LIFE, PERSISTENCE_RECEIPT];
    for consumer in all {
        ground.until_done(consumer).await;
    }
}
