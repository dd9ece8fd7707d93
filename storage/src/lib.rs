//! Where uploaded files are: a folder, or a bucket behind the S3 API. The only crate that names `object_store`.
//!
//! An object is written once under a [`Key`] that nobody chooses, whole or not at all, and never changed. What it is, whose
//! it is and whether it still is somebody's, SQL knows: the storage has bytes.

mod abort;
mod key;
mod open;
mod owner;
mod patience;
mod space;
mod unfinished;
mod upload;

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use domain::UserId;
use futures_util::{Stream, StreamExt, TryStreamExt};
use object_store::{ObjectStore, ObjectStoreExt, path::Path};
use thiserror::Error;
use tokio_util::task::TaskTracker;

pub use key::Key;
pub use owner::{ClaimError, MARK};
use patience::{each_within, pieces_within, read_within, within};
use space::{Reserved, Space};
use unfinished::Folder;
pub use upload::{PART_BYTES, Upload};

/// What the probe writes and reads.
const PROBE: &str = "probe";

/// The storage. Clones share it.
#[derive(Debug, Clone)]
pub struct Storage {
    store: Arc<dyn ObjectStore>,
    /// Where it is a folder.
    folder: Option<Folder>,
    /// Where something has to stay free.
    space: Option<Space>,
    /// Uploads that are being taken back.
    aborts: TaskTracker,
}

/// The storage did not do what it was asked: it is away, full, or does not let us.
#[derive(Debug, Error)]
#[error("storage: {0}")]
pub struct StorageError(#[from] object_store::Error);

impl StorageError {
    fn is_missing(&self) -> bool {
        matches!(self.0, object_store::Error::NotFound { .. })
    }
}

/// An object, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its key.
    pub key: Key,
    /// When it was written, in epoch milliseconds, by the storage's clock.
    pub written_at: i64,
}

impl Storage {
    /// Whether it takes bytes and gives them back.
    ///
    /// # Errors
    /// What it said, or that it has no space left for uploads.
    pub async fn probe(&self) -> Result<(), StorageError> {
        self.has_space().await?;
        let path = Path::from(PROBE);
        within(self.store.put(&path, PROBE.into())).await?;
        within(async { self.store.get(&path).await?.bytes().await }).await?;
        Ok(())
    }

    /// Whether it has space for another object at all: of the disk of a folder, `storage.keep_free_bytes` stay free. Writers are
    /// held to it whether they have asked or not.
    ///
    /// # Errors
    /// It has not.
    pub async fn has_space(&self) -> Result<(), StorageError> {
        self.reserve(0).await?;
        Ok(())
    }

    /// Where space matters, these bytes are reserved until they are written or given up.
    async fn reserve(&self, bytes: usize) -> Result<Option<Reserved>, StorageError> {
        match &self.space {
            Some(space) => Ok(Some(space.reserve(bytes as u64).await?)),
            None => Ok(None),
        }
    }

    /// Writes a small object at once.
    ///
    /// # Errors
    /// [`StorageError`]; then there is no object.
    pub async fn put(&self, key: &Key, bytes: Bytes) -> Result<(), StorageError> {
        let _reserved = self.reserve(bytes.len()).await?;
        within(self.store.put(key.path(), bytes.into())).await?;
        Ok(())
    }

    /// A storage of which nothing is being taken back yet.
    fn new(store: Arc<dyn ObjectStore>, folder: Option<Folder>, space: Option<Space>) -> Self {
        let aborts = TaskTracker::new();
        // One that is closed takes tasks as before, and may be waited for.
        aborts.close();
        Self {
            store,
            folder,
            space,
            aborts,
        }
    }

    /// Waits until all uploads that were aborted until now have left nothing, or could not at the first try: a process that ends
    /// before loses what it had begun to clear.
    pub async fn aborted(&self) {
        self.aborts.wait().await;
    }

    /// Begins an object whose bytes come one after the other.
    pub fn upload(&self, key: &Key) -> Upload {
        Upload::new(self.clone(), key.clone())
    }

    /// The bytes of an object, or the range of them, as they come; `None` where there is none. The range is within the object.
    /// The first of them have come then.
    ///
    /// # Errors
    /// [`StorageError`], also where the first bytes do not come within 6 s; and in the middle of the stream.
    pub async fn read(
        &self,
        key: &Key,
        range: Range<u64>,
    ) -> Result<
        Option<impl Stream<Item = Result<Bytes, StorageError>> + Send + 'static>,
        StorageError,
    > {
        let options = object_store::GetOptions {
            range: Some(range.into()),
            ..Default::default()
        };
        let opened = async {
            let found = self.store.get_opts(key.path(), options).await?;
            Ok(found.into_stream())
        };
        match pieces_within(opened).await {
            Ok(pieces) => Ok(Some(pieces)),
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A small object, whole; `None` where there is none.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn get(&self, key: &Key) -> Result<Option<Bytes>, StorageError> {
        let whole = read_within(async { self.store.get(key.path()).await?.bytes().await });
        match whole.await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes an object. One that is not there is no error: it may be done again.
    ///
    /// # Errors
    /// [`StorageError`]; then it may be there still.
    pub async fn delete(&self, key: &Key) -> Result<(), StorageError> {
        match within(self.store.delete(key.path())).await {
            Err(error) if !error.is_missing() => Err(error),
            _ => Ok(()),
        }
    }

    /// Every object of uploaded files, in no order.
    pub fn files(&self) -> impl Stream<Item = Result<Found, StorageError>> + Send + use<> {
        self.objects(key::FILES)
    }

    /// Every picture of an avatar, in no order.
    pub fn avatars(&self) -> impl Stream<Item = Result<Found, StorageError>> + Send + use<> {
        self.objects(key::AVATARS)
    }

    fn objects(
        &self,
        below: &str,
    ) -> impl Stream<Item = Result<Found, StorageError>> + Send + use<> {
        let found = self.store.list(Some(&Path::from(below)));
        each_within(found).try_filter_map(|object| async move {
            let written_at = object.last_modified.timestamp_millis();
            Ok(Key::read(object.location).map(|key| Found { key, written_at }))
        })
    }

    /// How many pictures of avatars of a user there are. For tests and for operators.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn avatars_of(&self, user: UserId) -> Result<usize, StorageError> {
        let found = self.store.list(Some(&Key::avatars_of(user)));
        let found: Vec<_> = each_within(found).try_collect().await?;
        Ok(found.len())
    }

    /// Whether it has no object of an uploaded file, nor the beginning of one. For tests and for operators; it looks at all.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn is_empty(&self) -> Result<bool, StorageError> {
        let no_object = Box::pin(self.files()).next().await.transpose()?.is_none();
        let no_beginning = match &self.folder {
            Some(folder) => folder.unfinished(i64::MAX).await?.is_empty(),
            None => true,
        };
        Ok(no_object && no_beginning)
    }

    /// Removes what uploads left that were begun before `until` and whose process died; in a bucket, its own rule for
    /// unfinished uploads does so. Says how much there was.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn sweep_unfinished(&self, until: i64) -> Result<usize, StorageError> {
        match &self.folder {
            Some(folder) => folder.sweep(until).await,
            None => Ok(0),
        }
    }
}
