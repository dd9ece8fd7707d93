//! What uploads leave free on the disk of a folder: whatever else is kept there, as the database and the broker of a small
//! installation, must go on when nobody has looked after the disk.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use object_store::Error;
use tokio::task::spawn_blocking;

use super::StorageError;

/// The disk of a folder, of which so much stays free. Clones share what is reserved.
#[derive(Debug, Clone)]
pub(crate) struct Space {
    folder: PathBuf,
    keep_free_bytes: u64,
    /// Bytes that may be written and are not yet: the disk does not tell of them.
    reserved: Arc<AtomicU64>,
}

/// Bytes that may be written, until this is dropped.
#[derive(Debug)]
pub(crate) struct Reserved {
    bytes: u64,
    of: Arc<AtomicU64>,
}

impl Space {
    /// `None` where nothing has to stay free.
    pub(crate) fn new(folder: &Path, keep_free_bytes: u64) -> Option<Self> {
        (keep_free_bytes > 0).then(|| Self {
            folder: folder.to_owned(),
            keep_free_bytes,
            reserved: Arc::default(),
        })
    }

    /// Reserves so many bytes, if they leave enough beside all that are reserved.
    ///
    /// # Errors
    /// They do not, or it cannot be known.
    pub(crate) async fn reserve(&self, bytes: u64) -> Result<Reserved, StorageError> {
        // Before anybody looks: of two at once, neither overlooks the other.
        let before = self.reserved.fetch_add(bytes, Ordering::SeqCst);
        let reserved = Reserved {
            bytes,
            of: Arc::clone(&self.reserved),
        };
        let promised = before.saturating_add(bytes);
        let folder = self.folder.clone();
        let looked = spawn_blocking(move || rustix::fs::statvfs(folder));
        let disk = looked.await.map_err(|error| failed(error.into()))?;
        let disk = disk.map_err(|error| failed(error.into()))?;
        let free_bytes = disk.f_bavail.saturating_mul(disk.f_frsize);
        if free_bytes.saturating_sub(promised) >= self.keep_free_bytes {
            return Ok(reserved);
        }
        let keep = self.keep_free_bytes;
        let problem = format!(
            "{free_bytes} bytes are free on the disk, and storage.keep_free_bytes are to stay so: {keep}"
        );
        Err(failed(problem.into()))
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        self.of.fetch_sub(self.bytes, Ordering::SeqCst);
    }
}

fn failed(source: Box<dyn std::error::Error + Send + Sync>) -> StorageError {
    StorageError(Error::Generic {
        store: "LocalFileSystem",
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_being_written_counts_before_the_disk_tells() {
        let folder = tempfile::tempdir().unwrap();
        let disk = rustix::fs::statvfs(folder.path()).unwrap();
        let free = disk.f_bavail * disk.f_frsize;
        let space = Space::new(folder.path(), free / 2).unwrap();
        let first = space.reserve(free / 3).await.unwrap();
        space.clone().reserve(free / 3).await.unwrap_err();
        space.reserve(0).await.unwrap();
        drop(first);
        space.reserve(free / 3).await.unwrap();
    }
}
