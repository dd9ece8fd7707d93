//! What a user leaves in the broker and in SQL, and how it is looked for.

use broker::{Publish, life::Write};
use contract::{
    DeadLetter,
    consumers::{ConsumerSpec, PERSISTENCE_CHAT, PERSISTENCE_LIFE, PERSISTENCE_RECEIPT},
    message::StoredMessage,
    streams::{ALL, CHAT, DLQ, LIFE, RECEIPT, StreamSpec},
    subjects,
};
use domain::{
    RoomId, TicketId, Timestamp, UserId,
    matching::Features,
    pair::{Input, PairKey},
    ticket::Ticket,
};
use entities::{
    deletion, message, pair, profile, read_position, report, report_evidence, room_event, user,
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use super::super::{Ground, TIMING, a_message, until};

pub const MARKER: &str = "a private word";

/// Ada, who goes, and Ben, in a room of theirs.
pub struct Talk {
    pub ada: UserId,
    pub ben: UserId,
    pub room: RoomId,
}

pub fn has_marker(payload: &[u8]) -> bool {
    String::from_utf8_lossy(payload).contains(MARKER)
}

/// Two accounts, a room with messages of both, a pair that likes, read positions, a ticket, and poison.
pub async fn talk(ground: &Ground) -> Talk {
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

pub async fn account(ground: &Ground, name: &str) -> UserId {
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
        learned_reset_at: None,
    };
    let row = user::ActiveModel::from(account);
    row.insert(&ground.database.write).await.unwrap();
    UserId(id)
}

/// As a gateway does.
pub async fn delete(ground: &Ground, user: UserId) {
    let now = ground.broker.clock().now().0;
    let transaction = ground.database.begin_write().await.unwrap();
    assert!(
        user::Entity::erase(&transaction, user.0, now)
            .await
            .unwrap()
    );
    transaction.commit().await.unwrap();
}

pub async fn is_noted(ground: &Ground, user: UserId) -> bool {
    let note = deletion::Entity::find_by_id(user.0);
    note.count(&ground.database.read).await.unwrap() > 0
}

pub async fn until_gone(ground: &Ground, user: UserId) {
    until("the note of the deletion is gone", async || {
        !is_noted(ground, user).await
    })
    .await;
}

pub async fn nothing_is_left_of(ground: &Ground, talk: &Talk) {
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

pub async fn in_stream(ground: &Ground, stream: &StreamSpec, subject: &str) -> Vec<broker::Record> {
    let records = ground.broker.replay(stream, subject, 1, 1_000).await;
    records.unwrap()
}

pub async fn said_in(ground: &Ground, room: RoomId) -> Vec<(UserId, String)> {
    let said = message::Entity::in_room(room.0);
    let said = said.all(&ground.database.read).await.unwrap();
    let said = said.into_iter();
    said.map(|message| (UserId(message.sender_id), message.text))
        .collect()
}

pub fn kept(report_id: Uuid, sender: UserId, seq: i64) -> report_evidence::Model {
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

pub async fn evidence_of(ground: &Ground, report: &report::Model) -> Vec<UserId> {
    let evidence = report_evidence::Entity::of(report.id);
    let evidence = evidence.all(&ground.database.read).await.unwrap();
    let senders = evidence.into_iter().map(|row| UserId(row.sender_id));
    senders.collect()
}

pub fn letter_of(message: &StoredMessage, seq: u64) -> DeadLetter {
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

pub async fn all_is_done(ground: &Ground) {
    let all: [ConsumerSpec; 3] = [PERSISTENCE_CHAT, PERSISTENCE_LIFE, PERSISTENCE_RECEIPT];
    for consumer in all {
        ground.until_done(consumer).await;
    }
}
