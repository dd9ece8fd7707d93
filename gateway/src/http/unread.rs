//! How many messages of the other a user has not read, those that the database does not have yet included.

use std::collections::HashMap;

use domain::{RoomId, UserId};
use entities::{message, read_position};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, TransactionTrait};
use uuid::Uuid;

use crate::{chat::history, error::ApiError, state::AppState};

/// What the database has of some rooms, at one moment.
#[derive(Debug)]
pub struct Unread {
    user: UserId,
    /// Every message up to here was in the database before that moment.
    floor: u64,
    rooms: HashMap<Uuid, InSql>,
}

#[derive(Debug, Clone, Copy, Default)]
struct InSql {
    unread: u64,
    newest: u64,
    read_up_to: u64,
}

impl Unread {
    /// Reads the counts of these rooms.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn load(state: &AppState, user: UserId, rooms: &[Uuid]) -> Result<Self, ApiError> {
        let floor = state.floors.chat();
        // One transaction, so that what is counted and how far it is counted belong together.
        let transaction = state.db.read.begin().await?;
        let unread = read_position::Entity::unread_counts(&transaction, user.0, rooms).await?;
        let newest = message::Entity::last_in_rooms(&transaction, rooms).await?;
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
        for (room, message) in newest {
            in_sql.entry(room).or_default().newest = message.seq.unsigned_abs();
        }
        for position in positions {
            in_sql.entry(position.room_id).or_default().read_up_to = position.seq.unsigned_abs();
        }
        Ok(Self {
            user,
            floor,
            rooms: in_sql,
        })
    }

    /// The count of one of the rooms.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn of(&self, state: &AppState, room: RoomId) -> Result<u64, ApiError> {
        let in_sql = self.rooms.get(&room.0).copied().unwrap_or_default();
        let counted = in_sql.newest.max(in_sql.read_up_to);
        let tail = history::tail_after(state, room, self.floor).await?;
        let beyond = tail
            .iter()
            .filter(|(seq, message)| *seq > counted && message.sender_id != self.user);
        Ok(in_sql.unread + beyond.count() as u64)
    }
}
