//! Avatars that nobody sees any more go out of the storage: replaced ones, those of deleted users, and those that were
//! begun and never shown.
//!
//! Their rows are marked where they stop being seen; here the pictures follow, and the row is the last. Each step may be
//! repeated, also by two workers.

use std::time::Duration;

use bootstrap::{Database, Shutdown};
use broker::Broker;
use domain::{UserId, avatar::AvatarLevel};
use entities::{avatar, removal::Removal};
use storage::{Key, Storage};

use super::rounds::{self, Left};

/// Avatars of one round.
const AT_ONCE: u64 = 100;
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// No upload takes so long.
const UNFINISHED_MS: i64 = 2 * 3_600 * 1_000;

/// Lets go what is due, until shutdown.
pub(super) async fn run(
    broker: Broker,
    database: Database,
    storage: Storage,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    rounds::until_shutdown("the removal of avatars", LOOK_EVERY, shutdown, || {
        round(&broker, &database, &storage)
    })
    .await
}

async fn round(broker: &Broker, database: &Database, storage: &Storage) -> anyhow::Result<Left> {
    let now = broker.clock().now().0;
    let write = &database.write;
    avatar::Entity::remove_unfinished(write, now - UNFINISHED_MS, now).await?;
    let removed = avatar::Entity::removed(&database.read, AT_ONCE).await?;
    for avatar in &removed {
        for level in AvatarLevel::ALL {
            let key = Key::avatar(UserId(avatar.user_id), avatar.version, level);
            storage.delete(&key).await?;
        }
        avatar::Entity::forget(write, avatar.version).await?;
        metrics::counter!("webchat_removed_avatars_total").increment(1);
    }
    Ok(match removed.len() as u64 == AT_ONCE {
        true => Left::More,
        false => Left::Nothing,
    })
}
