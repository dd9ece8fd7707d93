//! Pictures, decoded and encoded off the async threads: as many at a time as there are processors and memory for, and of one
//! user no more than a share of that.

use std::{
    fmt,
    sync::Arc,
    thread::available_parallelism,
    time::{Duration, Instant},
};

use bytes::Bytes;
use domain::{FieldError, UserId, file::FILE_MAX_BYTES};
use media::image::{self, Avatar, Crop, Limits, Processed, Refusal};
use tokio::{sync::Semaphore, task::JoinError};

mod permits;
mod queue;
mod turns;

use permits::{Held, Permits};
use queue::Queue;

use crate::{error::ApiError, places::Places};

/// Pictures that may wait, each with its file in memory. More of them would wait too long and are told to come back.
const MAX_WAITING: usize = 32;
/// For so long they wait: a client that hears nothing for longer has gone.
const WAIT_WITHIN: Duration = Duration::from_secs(30);
/// In this unit the memory is shared out.
const MEGABYTE: u64 = 1_000_000;
/// Pictures of the largest size that may be made and not stored yet. Of ordinary photos there may be a hundred.
const MADE_AT_ONCE: u64 = 10;
/// Of these, those of one user, however many processors there are.
const MOST_OF_ONE_USER: usize = 5;
/// What a thumbnail has at the most: 480 pixels a side, hardly packed at all.
const THUMBNAIL_BYTES: u64 = 480 * 480 * 4 + 100_000;

/// Works on pictures.
pub struct ImageWork {
    limits: Limits,
    processors: Arc<Semaphore>,
    /// Megabytes for decoding. What one picture may take at the most is there for all together.
    memory: Arc<Semaphore>,
    /// Megabytes for what was made and is not stored yet, as the storage may be slow.
    made: Arc<Semaphore>,
    /// Where pictures wait for all of it, and how many may.
    queue: Queue,
    places: Places,
    wait_within: Duration,
}

/// A picture that was made. Its share of the memory is free again when it is dropped, and its user's turn is over.
#[derive(Debug)]
pub struct Made {
    /// Encoded anew.
    pub picture: Processed,
    _held: Held,
}

impl fmt::Debug for ImageWork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageWork").finish_non_exhaustive()
    }
}

impl ImageWork {
    /// With the processors of this machine.
    ///
    /// # Errors
    /// The system does not say how many there are.
    pub fn new() -> std::io::Result<Self> {
        Ok(Self::on(available_parallelism()?.get()))
    }

    fn on(processors: usize) -> Self {
        let limits = Limits {
            encoded_bytes: FILE_MAX_BYTES,
            ..Limits::default()
        };
        let pool = |bytes| Arc::new(Semaphore::new(megabytes(bytes) as usize));
        Self {
            processors: Arc::new(Semaphore::new(processors)),
            memory: pool(limits.memory_bytes),
            made: pool(MADE_AT_ONCE * most_made(&limits)),
            // The other half of the processors is for others.
            queue: Queue::new((processors / 2).clamp(1, MOST_OF_ONE_USER)),
            places: Places::new(MAX_WAITING),
            wait_within: WAIT_WITHIN,
            limits,
        }
    }

    /// A picture of this user for a conversation, encoded anew; where nobody waits for it any more, it is not begun.
    ///
    /// # Errors
    /// `validation_failed` where the picture is refused, `unavailable` where too many wait, or it waited too long; the one of
    /// `gone`.
    pub async fn process(
        &self,
        user: UserId,
        picture: Bytes,
        gone: impl Future<Output = ApiError>,
    ) -> Result<Made, ApiError> {
        let most = megabytes(most_made(&self.limits));
        let permits = tokio::select! {
            biased;
            error = gone => return Err(error),
            permits = self.wait(user, &picture, most) => permits?,
        };
        let made = self.work("picture", picture, permits, image::process);
        let (picture, mut held) = made.await?;
        let kept = megabytes((picture.bytes.len() + picture.thumbnail.len()) as u64);
        held.reduce(kept);
        Ok(Made {
            picture,
            _held: held,
        })
    }

    /// The three levels of this user's avatar.
    ///
    /// # Errors
    /// `validation_failed` where the picture or the square is refused, `unavailable` where too many wait, or it waited too long.
    pub async fn avatar(
        &self,
        user: UserId,
        picture: Bytes,
        crop: Option<Crop>,
    ) -> Result<Avatar, ApiError> {
        let work = move |picture: &[u8], limits: &Limits| image::avatar(picture, crop, limits);
        // Its three small pictures are not counted.
        let (avatar, _) = self.run("avatar", (user, picture), 0, work).await?;
        Ok(avatar)
    }

    /// What `work` makes of the user's picture, with a share of so many megabytes for it.
    async fn run<T: Send + 'static>(
        &self,
        purpose: &'static str,
        (user, picture): (UserId, Bytes),
        share: u32,
        work: impl FnOnce(&[u8], &Limits) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<(T, Held), ApiError> {
        let permits = self.wait(user, &picture, share).await?;
        self.work(purpose, picture, permits, work).await
    }

    async fn work<T: Send + 'static>(
        &self,
        purpose: &'static str,
        picture: Bytes,
        permits: Permits,
        work: impl FnOnce(&[u8], &Limits) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<(T, Held), ApiError> {
        let Permits {
            held,
            work: permits,
        } = permits;
        let limits = self.limits.clone();
        let work = move || {
            let _permits = permits;
            let begun = Instant::now();
            let made = work(&picture, &limits);
            metrics::histogram!("webchat_image_seconds", "purpose" => purpose)
                .record(begun.elapsed().as_secs_f64());
            made
        };
        let made = tokio::task::spawn_blocking(work).await;
        let made = made.unwrap_or_else(|error| Err(broken_down(&error)))?;
        Ok((made, held))
    }
}

/// What is made of one picture for a conversation at the most.
fn most_made(limits: &Limits) -> u64 {
    limits.encoded_bytes + THUMBNAIL_BYTES
}

fn megabytes(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(MEGABYTE)).unwrap_or(u32::MAX)
}

/// A decoder that gave up on a picture: a fault of the decoder, brought about by the picture, which is refused.
fn broken_down(error: &JoinError) -> Refusal {
    tracing::error!(%error, "a picture broke its decoder");
    Refusal::Damaged {
        reason: error.to_string(),
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        tracing::debug!(?refusal, "a picture is refused");
        metrics::counter!("webchat_refused_images_total", "code" => refusal.code()).increment(1);
        let fault = FieldError::new("file", refusal.code(), refusal.to_string());
        Self::validation(vec![fault])
    }
}

#[cfg(test)]
mod tests;
