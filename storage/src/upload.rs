//! An object whose bytes come one after the other, never more of them in memory than one part.

use std::mem;

use object_store::{MultipartUpload, ObjectStoreExt, PutPayload, PutPayloadMut};

use super::{Key, Storage, StorageError, abort::Remains, patience::within, space::Reserved};

/// What an upload holds in memory at the most. A longer object goes in parts of so many bytes.
pub const PART_BYTES: usize = 8 * 1024 * 1024;

/// An object that is being written. It is there when [`Upload::finish`] has returned, and else not. Whoever does not finish
/// it has to [`Upload::abort`] it.
#[derive(Debug)]
pub struct Upload {
    storage: Storage,
    key: Key,
    part: PutPayloadMut,
    parts: Option<Box<dyn MultipartUpload>>,
}

impl Upload {
    pub(crate) fn new(storage: Storage, key: Key) -> Self {
        Self {
            storage,
            key,
            part: PutPayloadMut::new(),
            parts: None,
        }
    }

    /// Takes the next bytes. Waits while a part is on its way, so that whoever sends them waits too.
    ///
    /// # Errors
    /// [`StorageError`]; the upload is to be aborted then.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), StorageError> {
        while self.part.content_length() + bytes.len() > PART_BYTES {
            let (fits, rest) = bytes.split_at(PART_BYTES - self.part.content_length());
            self.part.extend_from_slice(fits);
            bytes = rest;
            self.send_part().await?;
        }
        self.part.extend_from_slice(bytes);
        Ok(())
    }

    /// Makes the object: all of it, or an error and nothing.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn finish(mut self) -> Result<(), StorageError> {
        match self.complete().await {
            Ok(()) => Ok(()),
            Err(error) => {
                self.abort();
                Err(error)
            }
        }
    }

    /// Leaves nothing of it behind. That goes on by itself, until [`Storage::aborted`]: whoever waits for an answer may have
    /// waited for this storage already. Where the storage cannot be reached, it is tried again for about a day, as long as the
    /// process runs; of what it keeps nevertheless, a folder is swept later, and a bucket has a rule of its own.
    pub fn abort(self) {
        let Self {
            storage,
            key,
            parts,
            ..
        } = self;
        if let Some(parts) = parts {
            let aborts = storage.aborts.clone();
            let remains = Remains {
                storage,
                key,
                parts,
            };
            aborts.spawn(remains.clear());
        }
    }

    async fn complete(&mut self) -> Result<(), StorageError> {
        if self.parts.is_none() {
            let (whole, _reserved) = self.take_part().await?;
            within(self.storage.store.put(self.key.path(), whole)).await?;
            return Ok(());
        }
        if !self.part.is_empty() {
            self.send_part().await?;
        }
        if let Some(parts) = &mut self.parts {
            // Others may have filled the disk since the last part.
            self.storage.has_space().await?;
            within(parts.complete()).await?;
        }
        Ok(())
    }

    async fn send_part(&mut self) -> Result<(), StorageError> {
        let (part, _reserved) = self.take_part().await?;
        let parts = match &mut self.parts {
            Some(parts) => parts,
            None => {
                let begun = within(self.storage.store.put_multipart(self.key.path())).await?;
                self.parts.insert(begun)
            }
        };
        within(parts.put_part(part)).await?;
        Ok(())
    }

    /// What is to be written next, where there is space for it.
    async fn take_part(&mut self) -> Result<(PutPayload, Option<Reserved>), StorageError> {
        let reserved = self.storage.reserve(self.part.content_length()).await?;
        Ok((mem::take(&mut self.part).freeze(), reserved))
    }
}
