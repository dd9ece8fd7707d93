//! Which message of a room is the newest, and which one comes before another: the stream says so, but for what it has
//! forgotten or lost.

use contract::{message::Message, streams::CHAT};
use domain::{RoomId, room::Room};
use entities::message;

use super::{
    history::{self, at_one_time},
    known::Known,
    rows::{signed, unsigned},
    tail,
};
use crate::{error::ApiError, state::AppState};

/// The room's newest message, read from the stream's leader.
///
/// # Errors
/// The broker or the database is away.
pub async fn last_message(state: &AppState, room: RoomId) -> Result<Option<Message>, ApiError> {
    at_one_time(state, |known| last_message_of(state, known, room)).await
}

async fn last_message_of(
    state: &AppState,
    known: Known,
    room: RoomId,
) -> Result<Option<Message>, ApiError> {
    let in_stream = tail::newest(&state.broker, room).await?;
    let last = in_stream.as_ref().map_or(0, |(seq, _)| *seq);
    if last == 0 || known.may_lack_between(last, u64::MAX) {
        let stored = history::newest_in_database(state, known, room).await?;
        if let Some(stored) = stored.filter(|stored| stored.seq > last) {
            return Ok(Some(stored));
        }
    }
    match in_stream {
        None => Ok(None),
        Some((seq, message)) => {
            let prev_seq = prev_seq(state, known, room, seq).await?;
            let message = message.placed(seq, prev_seq);
            Ok(Some(state.links.sign(message, state.now())))
        }
    }
}

/// The sequence of the room's newest message, read from the stream's leader; 0 where there is none.
///
/// # Errors
/// The broker or the database is away.
pub async fn last_seq(state: &AppState, room: RoomId) -> Result<u64, ApiError> {
    at_one_time(state, |known| last_seq_of(state, known, room)).await
}

async fn last_seq_of(state: &AppState, known: Known, room: RoomId) -> Result<u64, ApiError> {
    let in_stream = tail::newest(&state.broker, room).await?;
    let last = in_stream.map_or(0, |(seq, _)| seq);
    if last > 0 && !known.may_lack_between(last, u64::MAX) {
        return Ok(last);
    }
    let stored = message::Entity::prev_seq(&state.db.read, room.0, i64::MAX).await?;
    Ok(last.max(unsigned(stored)))
}

/// The sequence of the room's message before `seq`; 0 where there is none.
///
/// # Errors
/// The broker or the database is away.
pub(super) async fn prev_seq(
    state: &AppState,
    known: Known,
    room: RoomId,
    seq: u64,
) -> Result<u64, ApiError> {
    let in_stream = tail::newest_before(&state.broker, room, seq).await?;
    let before = in_stream.map_or(0, |(before, _)| before);
    if before > 0 && !known.may_lack_between(before, seq) {
        return Ok(before);
    }
    let stored = message::Entity::prev_seq(&state.db.read, room.0, signed(seq)).await?;
    Ok(before.max(unsigned(stored)))
}

/// The sequence of the room's message before one that was just sent, without SQL, but for what the stream has forgotten of a
/// room that is older than its memory, or may have lost.
///
/// # Errors
/// The broker is away; the database, where it is asked.
pub async fn prev_seq_of_new(state: &AppState, room: &Room, seq: u64) -> Result<u64, ApiError> {
    at_one_time(state, |known| prev_seq_of(state, known, room, seq)).await
}

async fn prev_seq_of(
    state: &AppState,
    known: Known,
    room: &Room,
    seq: u64,
) -> Result<u64, ApiError> {
    let age = state.now().since(room.created_at);
    let remembers_all = CHAT.max_age.is_none_or(|memory| age < memory);
    let in_stream = tail::newest_before(&state.broker, room.id, seq).await?;
    let before = in_stream.map(|(before, _)| before);
    match before {
        _ if known.may_lack_between(before.unwrap_or(0), seq) => {}
        Some(before) => return Ok(before),
        None if remembers_all => return Ok(0),
        None => {}
    }
    prev_seq(state, known, room.id, seq).await
}
