//! How many files a gateway gives out at the same time: each holds a connection, and one to the storage.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::ApiError;

/// Places of downloads.
#[derive(Debug)]
pub struct Downloads(Arc<Semaphore>);

/// The place of one download. It is free again when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Downloads {
    /// So many, all free.
    pub fn new(bound: usize) -> Self {
        Self(Arc::new(Semaphore::new(bound)))
    }

    /// A place.
    ///
    /// # Errors
    /// `unavailable` where all are taken.
    pub(super) fn take(&self) -> Result<Place, ApiError> {
        let permit = Arc::clone(&self.0).try_acquire_owned();
        let permit = permit.map_err(|_all_are_taken| ApiError::overloaded())?;
        Ok(Place { _permit: permit })
    }
}
