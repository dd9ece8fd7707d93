//! The last message of each room in the lists.

use bootstrap::{Database, Shutdown};
use entities::room;
use sea_orm::{ConnectionTrait, DbBackend};
use uuid::Uuid;

use super::backoff::{Backoff, Stopped};

/// Looks again after the commit. Messages and rooms are projected independently: on PostgreSQL the transaction with a
/// room's first message and the one with the room may run side by side, and neither sees the other. Whichever commits
/// last sees both here. SQLite's writers take turns, so there the transactions themselves have seen everything.
pub(super) async fn settle(
    database: &Database,
    shutdown: &Shutdown,
    rooms: &[Uuid],
) -> Result<(), Stopped> {
    if database.write.get_database_backend() == DbBackend::Sqlite {
        return Ok(());
    }
    let mut backoff = Backoff::new();
    while let Err(error) = room::Entity::refresh_last_message(&database.write, rooms).await {
        tracing::warn!(rooms = rooms.len(), %error, "last messages could not be looked at again yet");
        backoff.wait(shutdown).await?;
    }
    Ok(())
}
