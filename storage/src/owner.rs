//! Whose the storage is. What has no row in SQL is swept, so two installations in one place would sweep each other's files: the
//! first one leaves its mark there, and no other one may use it.

use object_store::{Error, ObjectStoreExt, PutMode, PutOptions, path::Path};
use thiserror::Error as ThisError;
use uuid::Uuid;

use super::{Storage, StorageError, patience::within};

/// The object with the id of the installation.
pub const MARK: &str = "owner";

/// The storage cannot be taken as one's own.
#[derive(Debug, ThisError)]
pub enum ClaimError {
    /// It has the mark of this installation; `None`: one that cannot be read.
    #[error("it has the mark of another installation")]
    Foreign(Option<Uuid>),
    /// Whose it is cannot be known now.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Storage {
    /// Takes the storage for this installation: leaves its mark where there is none. Of several that come at once to a storage
    /// without a mark, one has it. May be repeated.
    ///
    /// # Errors
    /// [`ClaimError::Foreign`]: it is another one's, and nothing was changed.
    pub async fn claim(&self, installation: Uuid) -> Result<(), ClaimError> {
        let found = match self.mark().await? {
            Some(found) => found,
            None => {
                self.leave_mark(installation).await?;
                // What is there now decides: somebody may have been faster.
                let left = self.mark().await?;
                left.ok_or_else(|| StorageError(lost()))?
            }
        };
        match found == Some(installation) {
            true => Ok(()),
            false => Err(ClaimError::Foreign(found)),
        }
    }

    /// The mark, if there is one; and the id in it, if there is one.
    async fn mark(&self) -> Result<Option<Option<Uuid>>, StorageError> {
        let path = Path::from(MARK);
        let read = within(async { self.store.get(&path).await?.bytes().await });
        match read.await {
            Ok(mark) => {
                let id = str::from_utf8(&mark).ok();
                Ok(Some(id.and_then(|id| id.trim().parse().ok())))
            }
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn leave_mark(&self, installation: Uuid) -> Result<(), StorageError> {
        let path = Path::from(MARK);
        let mark = format!("{installation}\n");
        let only_first = PutOptions::from(PutMode::Create);
        let left = within(self.store.put_opts(&path, mark.clone().into(), only_first)).await;
        match left {
            Err(StorageError(Error::AlreadyExists { .. })) => Ok(()),
            // Not every service, nor every file system, can write only where nothing is.
            Err(StorageError(Error::NotImplemented { .. } | Error::NotSupported { .. })) => {
                within(self.store.put(&path, mark.into())).await?;
                Ok(())
            }
            left => left.map(drop),
        }
    }
}

fn lost() -> Error {
    Error::Generic {
        store: "storage",
        source: "the mark of the installation was not kept".into(),
    }
}
