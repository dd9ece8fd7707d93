//! Messages as rows.

use contract::message::{Attachment, StoredMessage};
use domain::{ClientId, MessageId, RoomId, Timestamp, UserId};
use entities::message;

use crate::error::ApiError;

/// The messages of a page, each with its sequence.
///
/// # Errors
/// A row cannot be read.
pub(super) fn stored_messages(page: message::Page) -> Result<Vec<(u64, StoredMessage)>, ApiError> {
    let placed = |model: message::Model| Ok((unsigned(model.seq), stored_message(model)?));
    page.items.into_iter().map(placed).collect()
}

/// A row as it stood in the stream.
///
/// # Errors
/// It cannot be read.
pub(super) fn stored_message(model: message::Model) -> Result<StoredMessage, ApiError> {
    let attachments: Vec<Attachment> =
        serde_json::from_value(model.attachments).map_err(ApiError::internal)?;
    Ok(StoredMessage {
        id: MessageId(model.id),
        client_id: ClientId(model.client_id),
        room_id: RoomId(model.room_id),
        sender_id: UserId(model.sender_id),
        text: model.text,
        attachments,
        sent_at: Timestamp(model.sent_at),
    })
}

/// A sequence as SQL has it. The server gives no higher ones.
pub(crate) fn signed(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

/// A sequence as the stream has it.
pub(super) fn unsigned(seq: i64) -> u64 {
    u64::try_from(seq).unwrap_or(0)
}
