//! `CHAT`: messages.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use bootstrap::{Database, Shutdown, Transaction};
use contract::{
    consumers::{ConsumerSpec, PERSISTENCE_CHAT},
    message::StoredMessage,
    public_events::{Fact, MessageSent},
    subjects,
};
use entities::{file, message, room};
use sea_orm::DbErr;
use uuid::Uuid;

use super::{
    backoff::Stopped,
    decode::{Event, Undecodable, sql_seq},
    events::{PublicEvents, Told},
    gone::Gone,
    lane::Projection,
    last_message,
    notices::Notices,
};

/// Stores messages, counts what is unread and tells `message_sent`.
#[derive(Debug)]
pub(super) struct Messages {
    pub database: Database,
    pub events: PublicEvents,
    pub notices: Notices,
    pub shutdown: Shutdown,
}

impl Projection for Messages {
    const CONSUMER: ConsumerSpec = PERSISTENCE_CHAT;
    const ANNOUNCES_FLOOR: bool = true;
    type Body = Row;
    /// The sequences of the batch that are in the table. The others repeat a message that stands elsewhere, or may not be
    /// there any more.
    type Stored = HashSet<i64>;

    fn decode(subject: &str, payload: &[u8]) -> Result<Row, Undecodable> {
        let message: StoredMessage = serde_json::from_slice(payload)?;
        if subjects::parse_chat(subject) != Some(message.room_id) {
            return Err(Undecodable::Misplaced);
        }
        Ok(Row {
            attachments: serde_json::to_value(&message.attachments)?,
            message,
        })
    }

    async fn store(
        &self,
        transaction: &Transaction,
        batch: &[Event<Row>],
    ) -> Result<HashSet<i64>, DbErr> {
        let seqs = || batch.iter().map(|event| sql_seq(event.seq));
        let (Some(first), Some(last)) = (seqs().min(), seqs().max()) else {
            return Ok(HashSet::new());
        };
        let (staying, gone) = staying(transaction, batch).await?;
        let messages = staying.iter().copied().map(model).collect();
        message::Entity::insert_new(transaction, messages).await?;
        attach_files(transaction, &staying).await?;
        gone.note(transaction).await?;
        let rooms = rooms_of(batch);
        room::Entity::refresh_last_message(transaction, &rooms).await?;
        message::Entity::stored_seqs(transaction, &rooms, first, last).await
    }

    async fn tell(&self, batch: &[Event<Row>], stored: HashSet<i64>) -> Result<(), Stopped> {
        let new: Vec<_> = batch
            .iter()
            .filter(|event| stored.contains(&sql_seq(event.seq)))
            .collect();
        let mut senders = BTreeMap::<Uuid, BTreeSet<Uuid>>::new();
        for event in &new {
            let message = &event.body.message;
            senders
                .entry(message.room_id.0)
                .or_default()
                .insert(message.sender_id.0);
        }
        self.events
            .publish(new.into_iter().map(sent).collect())
            .await?;
        last_message::settle(&self.database, &self.shutdown, &rooms_of(batch)).await?;
        self.notices.unread(&senders).await;
        Ok(())
    }
}

/// A message, and its files as SQL has them.
#[derive(Debug, Clone)]
pub(super) struct Row {
    message: StoredMessage,
    attachments: serde_json::Value,
}

/// The messages that may be stored, and what else has turned up.
pub(super) async fn staying<'a>(
    transaction: &Transaction,
    batch: &'a [Event<Row>],
) -> Result<(Vec<&'a Event<Row>>, Gone), DbErr> {
    let senders = batch.iter().map(|event| event.body.message.sender_id);
    let places = batch.iter().map(|event| event.body.message.room_id);
    let mut gone = Gone::among(transaction, senders, places).await?;
    let staying = batch.iter().filter(|event| {
        let message = &event.body.message;
        !gone.has(message.sender_id, message.room_id)
    });
    Ok((staying.collect(), gone))
}

/// Marks the files that were sent.
async fn attach_files(transaction: &Transaction, sent: &[&Event<Row>]) -> Result<(), DbErr> {
    for event in sent {
        let message = &event.body.message;
        if message.attachments.is_empty() {
            continue;
        }
        let files: Vec<Uuid> = message.attachments.iter().map(|file| file.id.0).collect();
        let attached = file::Attached {
            room: message.room_id.0,
            sender: message.sender_id.0,
            message: message.id.0,
            files: &files,
        };
        file::Entity::attach(transaction, attached).await?;
    }
    Ok(())
}

/// A message's row.
pub(super) fn model(event: &Event<Row>) -> message::Model {
    let message = &event.body.message;
    message::Model {
        room_id: message.room_id.0,
        seq: sql_seq(event.seq),
        id: message.id.0,
        sender_id: message.sender_id.0,
        client_id: message.client_id.0,
        text: message.text.clone(),
        attachments: event.body.attachments.clone(),
        sent_at: message.sent_at.0,
    }
}

fn sent(event: &Event<Row>) -> Told {
    let message = &event.body.message;
    Told {
        seq: event.seq,
        ordinal: 0,
        at: message.sent_at,
        fact: Fact::MessageSent(MessageSent {
            room_id: message.room_id,
            message_id: message.id,
            sender_id: message.sender_id,
            seq: event.seq,
        }),
    }
}

/// Each room once, in the order in which all projections lock them.
pub(super) fn rooms_of(batch: &[Event<Row>]) -> Vec<Uuid> {
    let rooms: BTreeSet<Uuid> = batch
        .iter()
        .map(|event| event.body.message.room_id.0)
        .collect();
    rooms.into_iter().collect()
}
