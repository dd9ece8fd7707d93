//! A room's messages, wherever they are: SQL up to the floor of persistence, the stream beyond it.

use std::{collections::VecDeque, future::Future};

use contract::{
    message::{Message, StoredMessage},
    streams::CHAT,
};
use domain::{ClientId, RoomId, UserId, room::Room};
use entities::message::{self, Window};

use super::{
    known::Known,
    rows::{signed, stored_message, stored_messages, unsigned},
    tail,
};
use crate::{error::ApiError, state::AppState};

/// How often something is read anew because the broker came back in between.
const READ_ATTEMPTS: usize = 3;

/// A part of a room's history, ascending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryPage {
    /// The messages.
    pub items: Vec<Message>,
    /// Whether there are more in the direction of reading: newer ones where the page begins after something, older
    /// ones otherwise.
    pub has_more: bool,
}

/// Reads at most `limit` messages: those right after `after` where it is given, else the newest before `before`, else
/// the newest. Every acknowledged message is there.
///
/// # Errors
/// The broker or the database is away.
pub async fn page(
    state: &AppState,
    room: RoomId,
    before: Option<u64>,
    after: Option<u64>,
    limit: usize,
) -> Result<HistoryPage, ApiError> {
    at_one_time(state, |known| async move {
        match after {
            Some(after) => page_after(state, room, known.floor, after, before, limit).await,
            None => page_before(state, room, known.floor, before, limit).await,
        }
    })
    .await
}

/// Reads from the stream and SQL what belongs to what is known of both, anew where the broker came back in between: it may
/// be an older one, and what was known of the one before is not true of it.
async fn at_one_time<T, Reading>(
    state: &AppState,
    read: impl Fn(Known) -> Reading,
) -> Result<T, ApiError>
where
    Reading: Future<Output = Result<T, ApiError>>,
{
    for _ in 0..READ_ATTEMPTS {
        let known = state.floors.known().await?;
        let read = read(known).await?;
        if state.floors.is_current(&known) {
            return Ok(read);
        }
    }
    Err(ApiError::unavailable(
        "the broker came back again and again while it was read",
    ))
}

/// Reads at most `limit` messages after `after` and up to `last_seq` from the stream alone, which must have them all.
///
/// # Errors
/// The broker is away.
pub async fn from_stream(
    state: &AppState,
    room: RoomId,
    after: u64,
    last_seq: u64,
    limit: usize,
) -> Result<HistoryPage, ApiError> {
    let mut found = Vec::new();
    tail::walk(&state.broker, room, after + 1, |seq, message| {
        let inside = seq <= last_seq;
        if inside {
            found.push((seq, message));
        }
        inside && found.len() <= limit
    })
    .await?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let items = chained(state, room, found).await?;
    Ok(HistoryPage { items, has_more })
}

/// The room's newest message, read from the stream's leader.
///
/// # Errors
/// The broker or the database is away.
pub async fn last_message(state: &AppState, room: RoomId) -> Result<Option<Message>, ApiError> {
    match tail::newest(&state.broker, room).await? {
        Some((seq, message)) => {
            let prev_seq = prev_seq(state, room, seq).await?;
            let message = message.placed(seq, prev_seq);
            Ok(Some(state.links.sign(message, state.now())))
        }
        None => Ok(from_sql(
            state,
            room,
            Window {
                limit: 1,
                ..Window::default()
            },
        )
        .await?
        .items
        .pop()),
    }
}

/// The sequence of the room's newest message, read from the stream's leader; 0 where there is none.
///
/// # Errors
/// The broker or the database is away.
pub async fn last_seq(state: &AppState, room: RoomId) -> Result<u64, ApiError> {
    match tail::newest(&state.broker, room).await? {
        Some((seq, _)) => Ok(seq),
        None => Ok(unsigned(
            message::Entity::prev_seq(&state.db.read, room.0, i64::MAX).await?,
        )),
    }
}

/// The room's messages beyond a floor, ascending: those that the database may not have yet.
///
/// # Errors
/// The broker is away.
pub async fn tail_after(
    state: &AppState,
    room: RoomId,
    known: Known,
) -> Result<Vec<(u64, StoredMessage)>, ApiError> {
    let mut messages = Vec::new();
    tail::walk(&state.broker, room, known.floor + 1, |seq, message| {
        messages.push((seq, message));
        true
    })
    .await?;
    match state.floors.is_current(&known) {
        true => Ok(messages),
        false => Err(ApiError::unavailable("the broker came back meanwhile")),
    }
}

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

/// The sequence of the room's message before `seq`; 0 where there is none.
///
/// # Errors
/// The broker or the database is away.
pub async fn prev_seq(state: &AppState, room: RoomId, seq: u64) -> Result<u64, ApiError> {
    if let Some((before, _)) = tail::newest_before(&state.broker, room, seq).await? {
        return Ok(before);
    }
    let stored = message::Entity::prev_seq(&state.db.read, room.0, signed(seq)).await?;
    Ok(unsigned(stored))
}

/// The sequence of the room's message before one that was just sent, without SQL: what the stream has forgotten of a
/// room that is older than its memory, SQL tells.
///
/// # Errors
/// The broker is away; the database, where it is asked.
pub async fn prev_seq_of_new(state: &AppState, room: &Room, seq: u64) -> Result<u64, ApiError> {
    let age = state.now().since(room.created_at);
    let remembers_all = CHAT.max_age.is_none_or(|memory| age < memory);
    match tail::newest_before(&state.broker, room.id, seq).await? {
        Some((before, _)) => Ok(before),
        None if remembers_all => Ok(0),
        None => prev_seq(state, room.id, seq).await,
    }
}

async fn page_after(
    state: &AppState,
    room: RoomId,
    floor: u64,
    after: u64,
    before: Option<u64>,
    limit: usize,
) -> Result<HistoryPage, ApiError> {
    let wanted = limit.saturating_add(1);
    let end = before.unwrap_or(u64::MAX);
    let mut found: Vec<(u64, StoredMessage)> = Vec::new();
    if after < floor {
        let window = Window {
            before: Some(signed(end.min(floor + 1))),
            after: Some(signed(after)),
            limit: wanted as u64,
        };
        found = stored_messages(message::Entity::page(&state.db.read, room.0, window).await?)?;
    }
    if found.len() < wanted && floor.max(after) < end {
        tail::walk(&state.broker, room, floor.max(after) + 1, |seq, message| {
            let inside = seq < end;
            if inside {
                found.push((seq, message));
            }
            inside && found.len() < wanted
        })
        .await?;
    }
    let has_more = found.len() > limit;
    found.truncate(limit);
    let items = chained(state, room, found).await?;
    Ok(HistoryPage { items, has_more })
}

async fn page_before(
    state: &AppState,
    room: RoomId,
    floor: u64,
    before: Option<u64>,
    limit: usize,
) -> Result<HistoryPage, ApiError> {
    let end = before.unwrap_or(u64::MAX);
    let mut newest: VecDeque<(u64, StoredMessage)> = VecDeque::new();
    if floor.saturating_add(1) < end {
        tail::walk(&state.broker, room, floor + 1, |seq, message| {
            let inside = seq < end;
            if inside {
                newest.push_back((seq, message));
                newest.drain(..newest.len().saturating_sub(limit));
            }
            inside
        })
        .await?;
    }
    let mut found = Vec::new();
    if newest.len() < limit {
        let window = Window {
            before: Some(signed(end.min(floor + 1))),
            after: None,
            limit: (limit - newest.len()) as u64,
        };
        found = stored_messages(message::Entity::page(&state.db.read, room.0, window).await?)?;
    }
    found.extend(newest);
    let items = chained(state, room, found).await?;
    let has_more = items.first().is_some_and(|first| first.prev_seq != 0);
    Ok(HistoryPage { items, has_more })
}

async fn from_sql(state: &AppState, room: RoomId, window: Window) -> Result<HistoryPage, ApiError> {
    let page = message::Entity::page(&state.db.read, room.0, window).await?;
    let items = chained(state, room, stored_messages(page)?).await?;
    let has_more = items.first().is_some_and(|first| first.prev_seq != 0);
    Ok(HistoryPage { items, has_more })
}

/// Gives each message the sequence of the one before it, and good links to its files.
async fn chained(
    state: &AppState,
    room: RoomId,
    found: Vec<(u64, StoredMessage)>,
) -> Result<Vec<Message>, ApiError> {
    let Some((first, _)) = found.first() else {
        return Ok(Vec::new());
    };
    let mut prev = prev_seq(state, room, *first).await?;
    let now = state.now();
    let place = |(seq, message): (u64, StoredMessage)| {
        let message = message.placed(seq, std::mem::replace(&mut prev, seq));
        state.links.sign(message, now)
    };
    Ok(found.into_iter().map(place).collect())
}
