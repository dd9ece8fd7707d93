//! The folder of everything that `webchat serve` keeps. One process has it at a time.

use std::{
    fmt,
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use anyhow::Context;
use settings::folder;

/// A data folder that is ours until this is dropped, or the process ends in whatever way.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

/// Another process has the data folder.
#[derive(Debug)]
pub struct InUse {
    path: PathBuf,
    holder: String,
}

impl fmt::Display for InUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is in use by another webchat (process {}); stop it, or set WEBCHAT_DATA_DIR",
            self.path.display(),
            self.holder
        )
    }
}

impl std::error::Error for InUse {}

impl DataFolder {
    /// Makes the folder where it is missing, and takes it.
    ///
    /// # Errors
    /// [`InUse`], or it cannot be written.
    pub fn take(path: &Path) -> anyhow::Result<Self> {
        let cannot = || {
            format!(
                "data_dir (WEBCHAT_DATA_DIR): {} cannot be used",
                path.display()
            )
        };
        folder::make_private(path).with_context(cannot)?;
        let path = path.canonicalize().with_context(cannot)?;
        if folder::is_open_to_others(&path).with_context(cannot)? {
            tracing::warn!(folder = %path.display(), "every user of this machine can look into the data folder: take the rights of others from it (chmod o-rwx)");
        }
        let mut lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(path.join("webchat.lock"))
            .with_context(cannot)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                lock.read_to_string(&mut holder).with_context(cannot)?;
                let holder = holder.trim().to_owned();
                return Err(InUse { path, holder }.into());
            }
            Err(TryLockError::Error(error)) => return Err(error).with_context(cannot),
        }
        lock.set_len(0).with_context(cannot)?;
        lock.rewind().with_context(cannot)?;
        writeln!(lock, "{}", std::process::id()).with_context(cannot)?;
        Ok(Self { path, _lock: lock })
    }

    /// A path below the folder.
    pub fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_folder_belongs_to_one_process() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("data");
        let folder = DataFolder::take(&path).unwrap();
        let refused = DataFolder::take(&path).unwrap_err().to_string();
        assert!(refused.contains("in use by another webchat"), "{refused}");
        assert!(
            refused.contains(&std::process::id().to_string()),
            "{refused}"
        );
        drop(folder);
        DataFolder::take(&path).unwrap();
    }
}
