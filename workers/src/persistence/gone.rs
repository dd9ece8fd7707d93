//! What may not come back: the words of deleted users, and what was said in rooms whose time is over.
//!
//! Whatever turns up of it late (a message that was under way, a redelivery, a replayed dead letter, an older copy of the
//! broker) is left out by the projections, and its removal is noted anew, so that it also leaves the streams.

use std::collections::{BTreeSet, HashSet};

use bootstrap::{Database, Transaction};
use contract::streams::DLQ;
use domain::{RoomId, Timestamp, UserId};
use entities::{deletion, expiry, room_past, user};
use sea_orm::DbErr;
use uuid::Uuid;

/// What is gone among the users and rooms of one batch. It stays true until the end of the transaction.
#[derive(Debug, Default)]
pub(super) struct Gone {
    users: HashSet<Uuid>,
    rooms: HashSet<Uuid>,
    returned_users: BTreeSet<Uuid>,
    returned_rooms: BTreeSet<Uuid>,
}

impl Gone {
    /// Looks these users and rooms up.
    pub(super) async fn among(
        transaction: &Transaction,
        users: impl IntoIterator<Item = UserId>,
        rooms: impl IntoIterator<Item = RoomId>,
    ) -> Result<Self, DbErr> {
        let users: BTreeSet<Uuid> = users.into_iter().map(|user| user.0).collect();
        let rooms: BTreeSet<Uuid> = rooms.into_iter().map(|room| room.0).collect();
        let users: Vec<Uuid> = users.into_iter().collect();
        let rooms: Vec<Uuid> = rooms.into_iter().collect();
        Ok(Self {
            users: user::Entity::deleted_among(transaction, &users).await?,
            rooms: expiry::Entity::expired_among(transaction, &rooms).await?,
            ..Self::default()
        })
    }

    /// Whether something of this user has turned up that may not be stored.
    pub(super) fn has_user(&mut self, user: UserId) -> bool {
        let gone = self.users.contains(&user.0);
        if gone {
            self.returned_users.insert(user.0);
        }
        gone
    }

    /// Whether something of this user in this room has turned up that may not be stored.
    pub(super) fn has(&mut self, user: UserId, room: RoomId) -> bool {
        let room_is_gone = self.rooms.contains(&room.0);
        if room_is_gone {
            self.returned_rooms.insert(room.0);
        }
        self.has_user(user) || room_is_gone
    }

    /// Whether one of these users has gone.
    pub(super) fn names_any(&self, users: [UserId; 2]) -> bool {
        users.iter().any(|user| self.users.contains(&user.0))
    }

    /// Notes what has turned up, in the transaction that leaves it out.
    pub(super) async fn note(&self, transaction: &Transaction) -> Result<(), DbErr> {
        deletion::Entity::note(transaction, self.returned_users.iter().copied()).await?;
        let rooms: Vec<Uuid> = self.returned_rooms.iter().copied().collect();
        expiry::Entity::note_again(transaction, &rooms).await
    }
}

/// Notes everything that has gone in the time that the broker remembers: an older copy of it may have all of it again.
///
/// # Errors
/// The database is away.
pub(super) async fn note_all_again(database: &Database, now: Timestamp) -> Result<(), DbErr> {
    let memory = DLQ.max_age.unwrap_or_default();
    let memory_ms = i64::try_from(memory.as_millis()).unwrap_or(i64::MAX);
    let since = now.0.saturating_sub(memory_ms);
    let transaction = database.begin_write().await?;
    let users = user::Entity::deleted_since(&transaction, since).await?;
    deletion::Entity::note(&transaction, users).await?;
    expiry::Entity::note_again_since(&transaction, since).await?;
    room_past::Entity::note_again_since(&transaction, since).await?;
    transaction.commit().await
}
