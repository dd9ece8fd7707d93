//! Avatars that nobody sees any more go out of the storage: replaced ones, those of deleted users, and those that were
//! begun and never shown.
//!
//! Their rows are marked where they stop being seen; here the pictures follow, and the row is the last. Each step may be
//! repeated, also by two workers.
//!
//! A picture may come after that: its gateway was slow, and the account was deleted meanwhile. That gateway takes it back;
//! where it died first, the pictures without a row are found here. As a row is written before its pictures, one without a row is nobody's, however young it is.

use std::time::Duration;

use bootstrap::{Database, OwnStorage, Shutdown};
use broker::Broker;
use domain::{UserId, avatar::AvatarLevel};
use entities::{avatar, removal::Removal};
use storage::{Key, Storage};

use super::{
    orphans,
    removals::{AT_ONCE, Removals},
    rounds::{self, Left},
};

const LOOK_EVERY: Duration = Duration::from_secs(2);
/// No upload takes so long.
const UNFINISHED_MS: i64 = 2 * 3_600 * 1_000;

/// Lets go what is due, until shutdown.
pub(super) async fn run(
    broker: Broker,
    database: Database,
    storage: Storage,
    own_storage: OwnStorage,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    let removals = Removals::default();
    let rounds = tokio::try_join!(
        rounds::until_shutdown(
            "the removal of avatars",
            LOOK_EVERY,
            shutdown.clone(),
            || { round(&broker, &database, &storage, &removals) }
        ),
        rounds::until_shutdown(
            "the removal of pictures without an avatar",
            orphans::LOOK_EVERY,
            shutdown,
            || sweep(&database, &storage, &own_storage)
        ),
    );
    rounds.map(drop)
}

async fn round(
    broker: &Broker,
    database: &Database,
    storage: &Storage,
    removals: &Removals,
) -> anyhow::Result<Left> {
    let now = broker.clock().now().0;
    let write = &database.write;
    avatar::Entity::remove_unfinished(write, now - UNFINISHED_MS, now).await?;
    let removed = avatar::Entity::removed(&database.read, removals.behind(), AT_ONCE).await?;
    let round = removals
        .round::<avatar::Entity, _>(&removed, |avatar| let_go_of(database, storage, avatar));
    round.await
}

async fn let_go_of(
    database: &Database,
    storage: &Storage,
    avatar: &avatar::Model,
) -> anyhow::Result<()> {
    for level in AvatarLevel::ALL {
        let key = Key::avatar(UserId(avatar.user_id), avatar.version, level);
        storage.delete(&key).await?;
    }
    avatar::Entity::forget(&database.write, avatar.version).await?;
    metrics::counter!("webchat_removed_avatars_total").increment(1);
    Ok(())
}

/// Pictures that came when their row was gone.
async fn sweep(
    database: &Database,
    storage: &Storage,
    own_storage: &OwnStorage,
) -> anyhow::Result<Left> {
    // What has no row here may have one elsewhere.
    own_storage.check().await?;
    let found = storage.avatars();
    let swept = orphans::remove(storage, found, Key::avatar_version, |versions| async move {
        avatar::Entity::known_among(&database.read, &versions).await
    })
    .await?;
    if swept > 0 {
        metrics::counter!("webchat_swept_uploads_total").increment(swept as u64);
        tracing::info!(
            objects = swept,
            "pictures that no avatar has any more are removed"
        );
    }
    Ok(Left::Nothing)
}
