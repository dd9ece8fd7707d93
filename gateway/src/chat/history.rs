//! A room's messages, wherever they are: SQL up to the floor of persistence, the stream beyond it, and SQL where the stream
//! has a hole. How far persistence is, is known a little late; what the stream has forgotten meanwhile is in SQL, too.

use std::{
    collections::{BTreeMap, VecDeque},
    future::Future,
};

use contract::message::{Message, StoredMessage};
use domain::RoomId;
use entities::message::{self, Window};

use super::{
    known::Known,
    order,
    rows::{signed, stored_messages},
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
            Some(after) => page_after(state, room, known, after, before, limit).await,
            None => page_before(state, room, known, before, limit).await,
        }
    })
    .await
}

/// Reads from the stream and SQL what belongs to what is known of both, anew where the broker came back in between: it may
/// be an older one, and what was known of the one before is not true of it.
pub(super) async fn at_one_time<T, Reading>(
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
    at_one_time(state, |known| async move {
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
        let items = chained(state, known, room, found).await?;
        Ok(HistoryPage { items, has_more })
    })
    .await
}

/// The newest message that the database has.
pub(super) async fn newest_in_database(
    state: &AppState,
    known: Known,
    room: RoomId,
) -> Result<Option<Message>, ApiError> {
    let window = Window {
        limit: 1,
        ..Window::default()
    };
    let page = message::Entity::page(&state.db.read, room.0, window).await?;
    let newest = stored_messages(page)?.pop().into_iter().collect();
    Ok(chained(state, known, room, newest).await?.pop())
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

/// What the database has of a hole stands beyond the floor, among what the stream has.
async fn page_after(
    state: &AppState,
    room: RoomId,
    known: Known,
    after: u64,
    before: Option<u64>,
    limit: usize,
) -> Result<HistoryPage, ApiError> {
    let wanted = limit.saturating_add(1);
    let end = before.unwrap_or(u64::MAX);
    let window = Window {
        before: Some(signed(end)),
        after: Some(signed(after)),
        limit: wanted as u64,
    };
    let stored = message::Entity::page(&state.db.read, room.0, window).await?;
    let mut found: BTreeMap<_, _> = stored_messages(stored)?.into_iter().collect();
    let mut surely = found.range(..=known.floor).count();
    let from = known.floor.max(after);
    if surely < wanted && from < end {
        tail::walk(&state.broker, room, from + 1, |seq, message| {
            let inside = seq < end;
            if inside {
                found.insert(seq, message);
                surely += 1;
            }
            inside && surely < wanted
        })
        .await?;
    }
    let has_more = found.len() > limit;
    let page = found.into_iter().take(limit).collect();
    let items = chained(state, known, room, page).await?;
    Ok(HistoryPage { items, has_more })
}

async fn page_before(
    state: &AppState,
    room: RoomId,
    known: Known,
    before: Option<u64>,
    limit: usize,
) -> Result<HistoryPage, ApiError> {
    let end = before.unwrap_or(u64::MAX);
    let mut newest: VecDeque<(u64, StoredMessage)> = VecDeque::new();
    if known.floor.saturating_add(1) < end {
        tail::walk(&state.broker, room, known.floor + 1, |seq, message| {
            let inside = seq < end;
            if inside {
                newest.push_back((seq, message));
                newest.drain(..newest.len().saturating_sub(limit));
            }
            inside
        })
        .await?;
    }
    let mut found: BTreeMap<_, _> = newest.into_iter().collect();
    let oldest = found.keys().next().copied();
    let (before, wanted) = match known.in_database_up_to() > known.floor {
        true => (end, limit),
        false => (oldest.unwrap_or(end), limit - found.len()),
    };
    if wanted > 0 {
        let window = Window {
            before: Some(signed(before)),
            after: None,
            limit: wanted as u64,
        };
        let page = message::Entity::page(&state.db.read, room.0, window).await?;
        found.extend(stored_messages(page)?);
    }
    let surplus = found.len().saturating_sub(limit);
    let page = found.into_iter().skip(surplus).collect();
    let items = chained(state, known, room, page).await?;
    let has_more = items.first().is_some_and(|first| first.prev_seq != 0);
    Ok(HistoryPage { items, has_more })
}

/// Gives each message the sequence of the one before it, and good links to its files.
async fn chained(
    state: &AppState,
    known: Known,
    room: RoomId,
    found: Vec<(u64, StoredMessage)>,
) -> Result<Vec<Message>, ApiError> {
    let Some((first, _)) = found.first() else {
        return Ok(Vec::new());
    };
    let mut prev = order::prev_seq(state, known, room, *first).await?;
    let now = state.now();
    let place = |(seq, message): (u64, StoredMessage)| {
        let message = message.placed(seq, std::mem::replace(&mut prev, seq));
        state.links.sign(message, now)
    };
    Ok(found.into_iter().map(place).collect())
}
