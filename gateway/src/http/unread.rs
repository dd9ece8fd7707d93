//! How many messages of the other a user has not read, those that the database does not have yet included.

use std::collections::{HashMap, HashSet};

use domain::{RoomId, UserId};
use entities::{message, read_position};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::{
    chat::{history, known::Known, rows::signed},
    error::ApiError,
    state::AppState,
};

/// What the database has of some rooms, at one moment.
#[derive(Debug)]
pub struct Unread {
    user: UserId,
    /// Every message up to this floor was in the database before that moment.
    known: Known,
    /// Messages beyond the floor that were there too: several workers store a stream's end in any order.
    beyond_floor: HashSet<i64>,
    rooms: HashMap<Uuid, InSql>,
}

#[derive(Debug, Clone, Copy, Default)]
struct InSql {
    unread: u64,
    /// Whether the room is there too. Before it is, nothing is counted in it.
    is_projected: bool,
    read_up_to: u64,
}

impl Unread {
    /// Reads the counts of these rooms.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn load(state: &AppState, user: UserId, rooms: &[Uuid]) -> Result<Self, ApiError> {
        let known = state.floors.known().await?;
        // What is counted and how far it is counted belong together.
        let transaction = state.db.begin_snapshot().await?;
        let unread = read_position::Entity::unread_counts(&transaction, user.0, rooms).await?;
        let projected = message::Entity::last_in_rooms(&transaction, rooms).await?;
        let (next, end) = (signed(known.floor.saturating_add(1)), i64::MAX);
        let beyond_floor = message::Entity::stored_seqs(&transaction, rooms, next, end).await?;
        let positions = read_position::Entity::find()
            .filter(read_position::Column::UserId.eq(user.0))
            .filter(read_position::Column::RoomId.is_in(rooms.iter().copied()))
            .all(&transaction)
            .await?;
        transaction.commit().await?;
        let mut in_sql: HashMap<Uuid, InSql> = HashMap::new();
        for (room, count) in unread {
            in_sql.entry(room).or_default().unread = count;
        }
        for room in projected.into_keys() {
            in_sql.entry(room).or_default().is_projected = true;
        }
        for position in positions {
            in_sql.entry(position.room_id).or_default().read_up_to = position.seq.unsigned_abs();
        }
        Ok(Self {
            user,
            known,
            beyond_floor,
            rooms: in_sql,
        })
    }

    /// How far the user has read in one of the rooms, as its count takes it; 0 where nothing.
    pub fn read_up_to(&self, room: RoomId) -> u64 {
        self.rooms
            .get(&room.0)
            .map_or(0, |in_sql| in_sql.read_up_to)
    }

    /// The count of one of the rooms.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn of(&self, state: &AppState, room: RoomId) -> Result<u64, ApiError> {
        let in_sql = self.rooms.get(&room.0).copied().unwrap_or_default();
        let is_counted = |seq: u64| in_sql.is_projected && self.beyond_floor.contains(&signed(seq));
        let tail = history::tail_after(state, room, self.known).await?;
        let beyond = tail.iter().filter(|(seq, message)| {
            *seq > in_sql.read_up_to && !is_counted(*seq) && message.sender_id != self.user
        });
        Ok(in_sql.unread + beyond.count() as u64)
    }
}
