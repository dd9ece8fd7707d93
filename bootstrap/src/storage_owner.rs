//! The storage as this installation's own. SQL has the installation's id, the storage its mark.

use std::time::Duration;

use sea_orm::DbErr;
use settings::SettingsError;
use storage::{ClaimError, MARK, Storage, StorageError};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::Database;

/// A storage that is away does not hold up a start for longer.
const START_WITHIN: Duration = Duration::from_secs(5);
const TRY_AGAIN_EVERY: Duration = Duration::from_secs(10);

/// A storage, and the database whose files it is to have. Clones share them.
#[derive(Debug, Clone)]
pub struct OwnStorage {
    storage: Storage,
    database: Database,
}

/// The storage is not known to be this installation's.
#[derive(Debug, thiserror::Error)]
pub enum OwnershipError {
    /// It is another one's; what to do is said.
    #[error(transparent)]
    Foreign(SettingsError),
    /// The database does not say who this is.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// The storage does not say whose it is.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl OwnStorage {
    /// Looks whose the storage is at the start of a process, and marks it where it is nobody's. Where that cannot be known within
    /// five seconds, the start goes on: [`OwnStorage::refusal`] asks again.
    ///
    /// # Errors
    /// It is another installation's.
    pub async fn at_start(storage: &Storage, database: &Database) -> Result<Self, SettingsError> {
        let own = Self {
            storage: storage.clone(),
            database: database.clone(),
        };
        match timeout(START_WITHIN, own.check()).await {
            Ok(Ok(())) => {}
            Ok(Err(OwnershipError::Foreign(refusal))) => return Err(refusal),
            Ok(Err(error)) => tracing::warn!(%error, "whose the storage is cannot be known now"),
            Err(_) => tracing::warn!("whose the storage is cannot be known now: no answer"),
        }
        Ok(own)
    }

    /// Makes sure that the storage is this installation's; marks it where it has no mark.
    ///
    /// # Errors
    /// [`OwnershipError`].
    pub async fn check(&self) -> Result<(), OwnershipError> {
        let fresh = Uuid::new_v4();
        let write = &self.database.write;
        let ours = entities::storage_owner::Entity::installation(write, fresh).await?;
        match self.storage.claim(ours).await {
            Ok(()) => Ok(()),
            Err(ClaimError::Storage(error)) => Err(error.into()),
            Err(ClaimError::Foreign(theirs)) => Err(OwnershipError::Foreign(foreign(ours, theirs))),
        }
    }

    /// Asks until the storage has said whose it is, and ends only with the news that it is another installation's.
    pub async fn refusal(self) -> SettingsError {
        loop {
            match self.check().await {
                Ok(()) => std::future::pending().await,
                Err(OwnershipError::Foreign(refusal)) => return refusal,
                // What is away is in the log already, and in `/health`.
                Err(error) => tracing::debug!(%error, "whose the storage is cannot be known yet"),
            }
            sleep(TRY_AGAIN_EVERY).await;
        }
    }
}

fn foreign(ours: Uuid, theirs: Option<Uuid>) -> SettingsError {
    let theirs = theirs.map_or("of something else".to_owned(), |id| id.to_string());
    let problem = format!(
        "it is the storage of another installation (its mark is {theirs}, this database's {ours}), and each would remove the \
         files of the other: give this one a folder, a bucket or a prefix of its own; or, if the files there are this \
         installation's and only its database is another one, remove the object `{MARK}` there and start again"
    );
    SettingsError::about("storage.url", problem)
}
