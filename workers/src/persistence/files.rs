//! Files that are nobody's any more go out of the storage: those whose messages went, those of deleted users, those that were
//! never sent, and objects that an upload left which broke off before it had a row.
//!
//! What goes is marked in SQL first, where it cannot be had from then on; its objects follow, and its row is the last. Each
//! step may be repeated, also by two workers.

use std::time::Duration;

use bootstrap::{Database, OwnStorage, Shutdown};
use broker::Broker;
use contract::consumers::PERSISTENCE_CHAT;
use domain::FileId;
use entities::{file, removal::Removal};
use futures_util::TryStreamExt;
use storage::{Key, Storage};

use super::{
    dead_letters, in_hand, orphans,
    removals::{AT_ONCE, Removals},
    rounds::{self, Left},
};

const LOOK_EVERY: Duration = Duration::from_secs(2);
const UNSENT_EVERY: Duration = Duration::from_secs(60);

/// Lets go what is due, until shutdown. What was uploaded and not sent is kept for `keep`.
pub(super) async fn run(
    broker: Broker,
    database: Database,
    storage: Storage,
    own_storage: OwnStorage,
    keep: Duration,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    let files = Files {
        broker,
        database,
        storage,
        own_storage,
        keep_ms: i64::try_from(keep.as_millis())?,
        removals: Removals::default(),
    };
    let rounds = tokio::try_join!(
        rounds::until_shutdown("the removal of files", LOOK_EVERY, shutdown.clone(), || {
            files.let_go()
        }),
        rounds::until_shutdown(
            "the removal of files that were not sent",
            UNSENT_EVERY.min(keep),
            shutdown.clone(),
            || files.forget_unsent()
        ),
        rounds::until_shutdown(
            "the removal of what uploads left",
            orphans::LOOK_EVERY.min(keep),
            shutdown,
            || files.sweep()
        ),
    );
    rounds.map(drop)
}

struct Files {
    broker: Broker,
    database: Database,
    storage: Storage,
    own_storage: OwnStorage,
    keep_ms: i64,
    removals: Removals,
}

impl Files {
    /// The objects of removed files, and then their rows.
    async fn let_go(&self) -> anyhow::Result<Left> {
        let behind = self.removals.behind();
        let removed = file::Entity::removed(&self.database.read, behind, AT_ONCE).await?;
        let round = self
            .removals
            .round::<file::Entity, _>(&removed, |file| self.let_go_of(file));
        round.await
    }

    async fn let_go_of(&self, file: &file::Model) -> anyhow::Result<()> {
        let id = FileId(file.id);
        self.storage.delete(&Key::file(id)).await?;
        if file.thumbnail_type.is_some() {
            self.storage.delete(&Key::thumbnail(id)).await?;
        }
        file::Entity::forget(&self.database.write, file.id).await?;
        metrics::counter!("webchat_removed_files_total").increment(1);
        Ok(())
    }

    async fn forget_unsent(&self) -> anyhow::Result<Left> {
        let until = self.kept_since();
        let read = &self.database.read;
        if file::Entity::unsent(read, until, &[], 1).await?.is_empty() {
            return Ok(Left::Nothing);
        }
        // One that was sent may wait in the stream for a worker that was away; or was given up, and may be replayed.
        if !in_hand::is_finished(&self.broker, &PERSISTENCE_CHAT).await? {
            return Ok(Left::Nothing);
        }
        let held = dead_letters::rooms_of_messages(&self.broker).await?;
        let held: Vec<_> = held.into_iter().map(|room| room.0).collect();
        let unsent = file::Entity::unsent(read, until, &held, AT_ONCE).await?;
        if unsent.is_empty() {
            return Ok(Left::Nothing);
        }
        let now = self.broker.clock().now().0;
        let write = &self.database.write;
        let gone = file::Entity::remove_unsent(write, &unsent, until, now).await?;
        tracing::info!(files = gone, "files that were not sent are removed");
        Ok(match unsent.len() as u64 == AT_ONCE {
            true => Left::More,
            false => Left::Nothing,
        })
    }

    /// What uploads left that broke off: objects without rows, and beginnings of objects.
    async fn sweep(&self) -> anyhow::Result<Left> {
        // What has no row here may have one elsewhere.
        self.own_storage.check().await?;
        let until = self.kept_since();
        let mut swept = self.storage.sweep_unfinished(until).await?;
        let old = self
            .storage
            .files()
            .try_filter(|found| std::future::ready(found.written_at < until));
        let file_of = |key: &Key| key.file_id().map(|id| id.0);
        swept += orphans::remove(&self.storage, old, file_of, |ids| async move {
            file::Entity::known_among(&self.database.read, &ids).await
        })
        .await?;
        if swept > 0 {
            metrics::counter!("webchat_swept_uploads_total").increment(swept as u64);
            tracing::info!(objects = swept, "what uploads had left is removed");
        }
        Ok(Left::Nothing)
    }

    fn kept_since(&self) -> i64 {
        self.broker.clock().now().0.saturating_sub(self.keep_ms)
    }
}
