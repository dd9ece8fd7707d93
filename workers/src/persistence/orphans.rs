//! Objects in the storage that belong to no row.

use std::{collections::HashSet, future::Future, pin::pin, time::Duration};

use futures_util::{Stream, StreamExt, TryStreamExt};
use sea_orm::DbErr;
use storage::{Found, Key, Storage, StorageError};
use uuid::Uuid;

use super::rounds;

/// Looking for them lists everything of a kind.
pub(super) const LOOK_EVERY: Duration = Duration::from_secs(3_600);
/// Objects that are looked up at once.
const AT_ONCE: usize = 500;

/// Removes those of the objects whose row is not there, and says how many. `row_of` names an object's row; `known` says which
/// rows there are, and is asked after the objects were seen.
pub(super) async fn remove<F>(
    storage: &Storage,
    objects: impl Stream<Item = Result<Found, StorageError>> + Send,
    row_of: impl Fn(&Key) -> Option<Uuid> + Send,
    known: impl Fn(Vec<Uuid>) -> F + Send,
) -> anyhow::Result<usize>
where
    F: Future<Output = Result<HashSet<Uuid>, DbErr>> + Send,
{
    let mut outcome = Ok(0);
    let mut pages = pin!(objects.try_chunks(AT_ONCE));
    while let Some(page) = pages.next().await {
        let page = page?;
        let rows = page.iter().filter_map(|found| row_of(&found.key));
        let known = known(rows.collect()).await?;
        let keys = page.into_iter().map(|found| found.key);
        let left: Vec<Key> = keys
            .filter(|key| row_of(key).is_some_and(|row| !known.contains(&row)))
            .collect();
        let gone = rounds::each(left, |key| async move { Ok(storage.delete(&key).await?) }).await;
        outcome = outcome.and_then(|before| gone.map(|gone| before + gone));
    }
    outcome
}
