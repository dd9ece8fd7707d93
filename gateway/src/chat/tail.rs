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

/// Walks over a room's messages from `from` on, ascending, until `take` answers `false` or the stream ends.
///
/// # Errors
/// [`ReadError`].
pub(crate) async fn walk(
    broker: &Broker,
    room: RoomId,
    from: u64,
    mut take: impl FnMut(u64, StoredMessage) -> bool,
) -> Result<(), ReadError> {
    let subject = subjects::chat(room);
    let mut next = from;
    loop {
        let records = broker.replay(&CHAT, &subject, next, BATCH).await?;
        for record in &records {
            next = record.seq + 1;
            match decode(record) {
                Ok(message) => {
                    if !take(record.seq, message) {
                        return Ok(());
                    }
                }
                // One that nobody can read must not hide the others.
                Err(error) => {
                    tracing::error!(room_id = %room, seq = record.seq, %error, "a message is skipped");
                }
            }
        }
        if records.len() < BATCH {
            return Ok(());
        }
    }
}
