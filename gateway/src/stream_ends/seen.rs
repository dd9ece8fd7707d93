//! What this gateway was told of `CHAT`.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use broker::{Broker, ReadError, StreamState};
use contract::{
    live::StreamEnd,
    message::StoredMessage,
    streams::{CHAT, LIFE},
};
use domain::MessageId;

/// The newest message of `CHAT` that this gateway was told of, by an ack or by a live copy. SQL may not have it yet.
#[derive(Debug)]
pub struct Seen {
    broker: Broker,
    newest: Mutex<Newest>,
    stored: Stored,
}

/// Up to where the database has everything, as far as it was heard.
#[derive(Debug, Default)]
struct Stored {
    chat: AtomicU64,
    life: AtomicU64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Newest {
    seq: u64,
    /// `None` where it could not be read.
    id: Option<MessageId>,
}

impl Seen {
    /// Nothing yet.
    pub(super) fn nothing(broker: &Broker) -> Self {
        Self {
            broker: broker.clone(),
            newest: Mutex::default(),
            stored: Stored::default(),
        }
    }

    /// The database has everything of the stream up to this sequence. It keeps that, whatever the broker loses.
    pub fn stored(&self, stream: &str, up_to: u64) {
        let known = match stream {
            name if name == CHAT.name => &self.stored.chat,
            name if name == LIFE.name => &self.stored.life,
            _ => return,
        };
        known.fetch_max(up_to, Ordering::Relaxed);
    }

    /// The same of `CHAT` and `LIFE`.
    pub(super) fn stored_up_to(&self) -> [u64; 2] {
        [&self.stored.chat, &self.stored.life].map(|known| known.load(Ordering::Relaxed))
    }

    /// The stream has this message at this sequence. On a connection that was not looked at yet it counts for nothing: it
    /// may stand in the place of a lost one.
    pub fn message(&self, seq: u64, id: Option<MessageId>) {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if seq > newest.seq && self.broker.is_vouched() {
            *newest = Newest { seq, id };
        }
    }

    /// The newest one, if the stream has lost it and nobody has said so yet. One that is only missing is not lost: messages
    /// are removed on purpose too. One in whose place another stands is.
    pub(super) async fn lost(
        &self,
        reader: &Broker,
        chat: &StreamState,
    ) -> Result<Option<StreamEnd>, ReadError> {
        let Newest { seq, id } = *self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        let lost = StreamEnd {
            stream: CHAT.name.to_owned(),
            seq,
            message_id: id,
        };
        if chat.last_seq < seq {
            return Ok(Some(lost));
        }
        let Some(id) = id.filter(|_| !chat.has_renewed(seq)) else {
            return Ok(None);
        };
        let stands_there = reader.get(&CHAT, seq).await?;
        let other = stands_there.is_some_and(|record| {
            serde_json::from_slice::<StoredMessage>(&record.payload)
                .is_ok_and(|message| message.id != id)
        });
        Ok(other.then_some(lost))
    }
}
