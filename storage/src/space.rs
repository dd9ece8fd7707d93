//! What uploads leave free on the disk of a folder: whatever else is kept there, as the database and the broker of a small
//! installation, must go on when nobody has looked after the disk.

use std::path::{Path, PathBuf};

use object_store::Error;
use tokio::task::spawn_blocking;

use super::StorageError;

/// The disk of a folder, of which so much stays free.
#[derive(Debug, Clone)]
pub(crate) struct Space {
    folder: PathBuf,
    keep_free_bytes: u64,
}

impl Space {
    /// `None` where nothing has to stay free.
    pub(crate) fn new(folder: &Path, keep_free_bytes: u64) -> Option<Self> {
        (keep_free_bytes > 0).then(|| Self {
            folder: folder.to_owned(),
            keep_free_bytes,
        })
    }

    /// Whether so many bytes more leave enough.
    ///
    /// # Errors
    /// They do not, or it cannot be known.
    pub(crate) async fn takes(&self, bytes: u64) -> Result<(), StorageError> {
        let folder = self.folder.clone();
        let looked = spawn_blocking(move || rustix::fs::statvfs(folder));
        let disk = looked.await.map_err(|error| failed(error.into()))?;
        let disk = disk.map_err(|error| failed(error.into()))?;
        let free_bytes = disk.f_bavail.saturating_mul(disk.f_frsize);
        if free_bytes.saturating_sub(bytes) >= self.keep_free_bytes {
            return Ok(());
        }
        let keep = self.keep_free_bytes;
        let problem = format!(
            "{free_bytes} bytes are free on the disk, and storage.keep_free_bytes are to stay so: {keep}"
        );
        Err(failed(problem.into()))
    }
}

fn failed(source: Box<dyn std::error::Error + Send + Sync>) -> StorageError {
    StorageError(Error::Generic {
        store: "LocalFileSystem",
        source,
    })
}
