//! What uploads into a folder left whose process was killed. The store writes beside the object, under a name with `#` in
//! it, and does not list that.

use std::{
    io,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use object_store::Error;
use tokio::fs;

use super::{StorageError, key::FILES};

/// The folder of a storage.
#[derive(Debug, Clone)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(folder: &Path) -> Self {
        Self(folder.join(FILES))
    }

    /// The beginnings of files that were last written before `until`, in epoch milliseconds.
    pub(crate) async fn unfinished(&self, until: i64) -> Result<Vec<PathBuf>, StorageError> {
        let mut found = Vec::new();
        let mut entries = match fs::read_dir(&self.0).await {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
            Err(error) => return Err(failed(error)),
        };
        while let Some(entry) = entries.next_entry().await.map_err(failed)? {
            if !entry.file_name().to_string_lossy().contains('#') {
                continue;
            }
            // One that has just been finished is not there any more.
            let Ok(modified) = entry.metadata().await.and_then(|data| data.modified()) else {
                continue;
            };
            let written_at = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
            if i64::try_from(written_at.as_millis()).is_ok_and(|at| at < until) {
                found.push(entry.path());
            }
        }
        Ok(found)
    }

    pub(crate) async fn sweep(&self, until: i64) -> Result<usize, StorageError> {
        let found = self.unfinished(until).await?;
        for path in &found {
            match fs::remove_file(path).await {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
                _ => {}
            }
        }
        Ok(found.len())
    }
}

fn failed(error: io::Error) -> StorageError {
    StorageError(Error::Generic {
        store: "LocalFileSystem",
        source: error.into(),
    })
}
