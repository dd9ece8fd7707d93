//! One message of a room, wherever it stands: in SQL or in the stream.

use contract::{message::StoredMessage, streams::CHAT, subjects};
use domain::{ClientId, MessageId, RoomId, UserId};
use entities::message;

use super::{
    history::at_one_time,
    known::Known,
    rows::{signed, stored_message, unsigned},
    tail,
};
use crate::{error::ApiError, state::AppState};

/// The message that the sender knows under this id, wherever it stands.
///
/// # Errors
/// The broker or the database is away.
pub async fn find_by_client_id(
    state: &AppState,
    room: RoomId,
    sender: UserId,
    client_id: ClientId,
) -> Result<Option<(u64, StoredMessage)>, ApiError> {
    at_one_time(state, |known| find(state, known, room, sender, client_id)).await
}

async fn find(
    state: &AppState,
    known: Known,
    room: RoomId,
    sender: UserId,
    client_id: ClientId,
) -> Result<Option<(u64, StoredMessage)>, ApiError> {
    let stored = message::Entity::find_by_client_id(room.0, sender.0, client_id.0);
    if let Some(model) = sea_orm::Select::one(stored, &state.db.read).await? {
        return Ok(Some((unsigned(model.seq), stored_message(model)?)));
    }
    let mut found = None;
    tail::walk(&state.broker, room, known.floor + 1, |seq, message| {
        if message.sender_id == sender && message.client_id == client_id {
            found = Some((seq, message));
        }
        found.is_none()
    })
    .await?;
    Ok(found)
}

/// Whether this message stands in the room at this sequence.
///
/// # Errors
/// The broker or the database is away.
pub async fn has_at(
    state: &AppState,
    room: RoomId,
    seq: u64,
    id: MessageId,
) -> Result<bool, ApiError> {
    // The place before the first message.
    if seq == 0 {
        return Ok(false);
    }
    at_one_time(state, |known| async move {
        if seq <= known.in_database_up_to() {
            let stored = message::Entity::at(room.0, signed(seq));
            if let Some(model) = sea_orm::Select::one(stored, &state.db.read).await? {
                return Ok(model.id == id.0);
            }
        }
        let record = state.broker.get(&CHAT, seq).await?;
        let record = record.filter(|record| record.subject == subjects::chat(room));
        // One that nobody can read is nobody's.
        let message = record.and_then(|record| tail::decode(&record).ok());
        Ok(message.is_some_and(|message| message.id == id))
    })
    .await
}
