//! What a picture needs before it is worked on, and what it keeps until it is stored.

use std::sync::Arc;

use bytes::Bytes;
use domain::UserId;
use media::image::{Header, inspect};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::{ImageWork, broken_down, megabytes, queue::Turn};
use crate::error::ApiError;

/// What a picture holds until it is stored.
#[derive(Debug)]
pub(super) struct Held {
    /// Of the memory for what is made.
    pub share: OwnedSemaphorePermit,
    _turn: Turn,
}

/// What a picture needs before it is worked on.
pub(super) struct Permits {
    pub held: Held,
    pub work: [OwnedSemaphorePermit; 2],
}

impl Held {
    /// Lets go what is more of the share than so many megabytes.
    pub fn reduce(&mut self, megabytes: u32) {
        let rest = self.share.num_permits().saturating_sub(megabytes as usize);
        drop(self.share.split(rest));
    }
}

impl ImageWork {
    /// What it needs, in its turn and time.
    pub(super) async fn wait(
        &self,
        user: UserId,
        picture: &Bytes,
        share: u32,
    ) -> Result<Permits, ApiError> {
        let permits = timeout(self.wait_within, self.permits(user, picture, share)).await;
        permits.map_err(|_| ApiError::overloaded())?
    }

    /// At the front of the queue, where nobody else takes any of it: the share first, as whoever has one may wait for the
    /// storage with nothing else in hand; then memory: whoever holds a processor never waits.
    async fn permits(
        &self,
        user: UserId,
        picture: &Bytes,
        share: u32,
    ) -> Result<Permits, ApiError> {
        let _place = self.places.take()?;
        let mut turn = self.queue.turn(user).await?;
        let memory_bytes = self.inspect(picture.clone()).await?.memory_bytes;
        let share = taken(&self.made, share).await?;
        let memory = taken(&self.memory, megabytes(memory_bytes)).await?;
        let work = [memory, self.processor().await?];
        turn.leave_front();
        let held = Held { share, _turn: turn };
        Ok(Permits { held, work })
    }

    /// What the header says: a header may be as long as the file.
    pub(super) async fn inspect(&self, picture: Bytes) -> Result<Header, ApiError> {
        let processor = self.processor().await?;
        let limits = self.limits.clone();
        let work = move || {
            let _processor = processor;
            inspect(&picture, &limits)
        };
        let header = tokio::task::spawn_blocking(work).await;
        Ok(header.unwrap_or_else(|error| Err(broken_down(&error)))?)
    }

    pub(super) async fn processor(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        taken(&self.processors, 1).await
    }
}

pub(super) async fn taken(
    pool: &Arc<Semaphore>,
    permits: u32,
) -> Result<OwnedSemaphorePermit, ApiError> {
    let taken = Arc::clone(pool).acquire_many_owned(permits).await;
    taken.map_err(ApiError::internal)
}
