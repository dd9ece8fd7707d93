//! What writers left in a folder whose process was killed, and what removed objects left. The store writes beside the object,
//! under a name with `#` in it, and does not list that; and a folder stays when its last object goes.

use std::{
    fs::{self, DirEntry},
    io,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use object_store::{Error, path::Path as ObjectPath};
use tokio::task::spawn_blocking;

use super::{
    StorageError,
    key::{AVATARS, FILES},
};

/// The folder of a storage.
#[derive(Debug, Clone)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// The beginnings of objects that were last written before `until`, in epoch milliseconds.
    pub(crate) async fn unfinished(&self, until: i64) -> Result<Vec<PathBuf>, StorageError> {
        self.in_each(move |kind| beginnings(kind, until)).await
    }

    /// Removes those, and folders in which nothing has been for as long. Says how many beginnings there were.
    pub(crate) async fn sweep(&self, until: i64) -> Result<usize, StorageError> {
        let swept = self.in_each(move |kind| {
            let found = beginnings(kind, until)?;
            for path in &found {
                gone(fs::remove_file(path))?;
            }
            remove_empty(kind, until)?;
            Ok(found)
        });
        Ok(swept.await?.len())
    }

    /// Removes the beginnings of this one object, which nobody writes any more.
    pub(crate) async fn clear(&self, object: &ObjectPath) -> Result<(), StorageError> {
        let object = self.0.join(object.as_ref());
        let work = spawn_blocking(move || {
            let folder = object.parent().unwrap_or(&object);
            for path in beginnings(folder, i64::MAX)? {
                if is_beginning_of(&path, &object) {
                    gone(fs::remove_file(path))?;
                }
            }
            Ok(())
        });
        work.await
            .unwrap_or_else(|error| Err(io::Error::other(error)))
            .map_err(failed)
    }

    /// What is found where files are, and where avatars are.
    async fn in_each(
        &self,
        look: impl Fn(&Path) -> io::Result<Vec<PathBuf>> + Send + 'static,
    ) -> Result<Vec<PathBuf>, StorageError> {
        let kinds = [FILES, AVATARS].map(|kind| self.0.join(kind));
        let work = spawn_blocking(move || {
            let found: io::Result<Vec<_>> = kinds.iter().map(|kind| look(kind)).collect();
            Ok(found?.concat())
        });
        work.await
            .unwrap_or_else(|error| Err(io::Error::other(error)))
            .map_err(failed)
    }
}

fn beginnings(folder: &Path, until: i64) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in entries(folder)? {
        if entry.file_type()?.is_dir() {
            found.extend(beginnings(&entry.path(), until)?);
        } else if entry.file_name().to_string_lossy().contains('#') && is_older(&entry, until)? {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// Folders below this one. A writer makes the folder of its object anew, and that one is young.
fn remove_empty(folder: &Path, until: i64) -> io::Result<()> {
    for entry in entries(folder)? {
        if !entry.file_type()?.is_dir() {
            continue;
        }
        // Removing what is in it makes it young.
        let was_old = is_older(&entry, until)?;
        remove_empty(&entry.path(), until)?;
        if was_old {
            match fs::remove_dir(entry.path()) {
                Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {}
                removed => gone(removed)?,
            }
        }
    }
    Ok(())
}

/// Its name is the object's, `#`, and a number.
fn is_beginning_of(path: &Path, object: &Path) -> bool {
    let name = path.to_string_lossy();
    let number = name.strip_prefix(&*object.to_string_lossy());
    number.is_some_and(|number| number.starts_with('#'))
}

fn entries(folder: &Path) -> io::Result<Vec<DirEntry>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Whether it was last written before then; not, where it has just been finished or removed.
fn is_older(entry: &DirEntry, until: i64) -> io::Result<bool> {
    let modified = match entry.metadata().and_then(|data| data.modified()) {
        Ok(modified) => modified,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    let written_at = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(i64::try_from(written_at.as_millis()).is_ok_and(|at| at < until))
}

/// Somebody else may have been faster.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn failed(error: io::Error) -> StorageError {
    StorageError(Error::Generic {
        store: "LocalFileSystem",
        source: error.into(),
    })
}
