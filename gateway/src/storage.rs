//! Where uploaded files are.

use std::sync::Arc;

use futures_util::StreamExt;
use object_store::{ObjectStore, local::LocalFileSystem};
use settings::{Settings, SettingsError, StorageLocation};

/// Opens the storage that the settings name; a folder is made if it is missing.
///
/// # Errors
/// It cannot be used; the error names `storage.url`.
pub fn open(settings: &Settings) -> Result<Arc<dyn ObjectStore>, SettingsError> {
    let unusable = |problem: String| SettingsError::about("storage.url", problem);
    match settings.storage_location()? {
        StorageLocation::Folder(folder) => {
            let failed = |error: &dyn std::fmt::Display| {
                unusable(format!("cannot use {}: {error}", folder.display()))
            };
            std::fs::create_dir_all(&folder).map_err(|error| failed(&error))?;
            let store =
                LocalFileSystem::new_with_prefix(&folder).map_err(|error| failed(&error))?;
            Ok(Arc::new(store))
        }
        StorageLocation::S3 { .. } => Err(unusable(
            "this build keeps files in a folder only; use file:///path".to_owned(),
        )),
    }
}

/// Whether the storage answers.
///
/// # Errors
/// What it said.
pub async fn probe(store: Arc<dyn ObjectStore>) -> Result<(), object_store::Error> {
    match store.list(None).next().await {
        None | Some(Ok(_)) => Ok(()),
        Some(Err(error)) => Err(error),
    }
}
