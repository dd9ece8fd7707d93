//! A room's messages as they stand in the stream.

use broker::{Broker, ReadError, Record};
use contract::{message::StoredMessage, streams::CHAT, subjects};
use domain::RoomId;

/// How many messages one request asks for.
const BATCH: usize = 256;

/// Reads a message of `CHAT`.
///
/// # Errors
/// [`ReadError::Malformed`].
pub(crate) fn decode(record: &Record) -> Result<StoredMessage, ReadError> {
    serde_json::from_slice(&record.payload).map_err(|error| ReadError::Malformed {
        what: format!("message {}", record.seq),
        reason: error.to_string(),
    })
}

/// Walks over a room's messages from `from` on, ascending, until `take` answers `false` or the stream ends. Says up to
/// where it looked: beyond the last message that it gave to `take` stands nothing that could be read.
///
/// # Errors
/// [`ReadError`].
pub(crate) async fn walk(
    broker: &Broker,
    room: RoomId,
    from: u64,
    mut take: impl FnMut(u64, StoredMessage) -> bool,
) -> Result<u64, ReadError> {
    let subject = subjects::chat(room);
    let mut next = from.max(1);
    loop {
        let records = broker.replay(&CHAT, &subject, next, BATCH).await?;
        for record in &records {
            next = record.seq + 1;
            match decode(record) {
                Ok(message) => {
                    if !take(record.seq, message) {
                        return Ok(record.seq);
                    }
                }
                // One that nobody can read must not hide the others.
                Err(error) => {
                    metrics::counter!("webchat_unreadable_messages_total").increment(1);
                    tracing::error!(room_id = %room, seq = record.seq, %error, "a message is skipped");
                }
            }
        }
        if records.len() < BATCH {
            return Ok(next - 1);
        }
    }
}

/// The room's newest message in the stream, read from the leader; what cannot be read is passed over.
///
/// # Errors
/// [`ReadError`].
pub(crate) async fn newest(
    broker: &Broker,
    room: RoomId,
) -> Result<Option<(u64, StoredMessage)>, ReadError> {
    match broker.last(&CHAT, &subjects::chat(room)).await? {
        None => Ok(None),
        Some(record) => match decode(&record) {
            Ok(message) => Ok(Some((record.seq, message))),
            Err(_unreadable) => newest_before(broker, room, record.seq).await,
        },
    }
}

/// The room's last message before a sequence that can be read.
///
/// # Errors
/// [`ReadError`].
pub(crate) async fn newest_before(
    broker: &Broker,
    room: RoomId,
    seq: u64,
) -> Result<Option<(u64, StoredMessage)>, ReadError> {
    let subject = subjects::chat(room);
    let mut before = seq;
    while let Some(record) = broker.last_before(&CHAT, &subject, before).await? {
        if let Ok(message) = decode(&record) {
            return Ok(Some((record.seq, message)));
        }
        before = record.seq;
    }
    Ok(None)
}
