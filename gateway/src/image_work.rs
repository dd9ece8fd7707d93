//! Pictures, decoded and encoded off the async threads: as many at a time as there are processors and memory for.

use std::{fmt, sync::Arc, thread::available_parallelism, time::Instant};

use bytes::Bytes;
use domain::{FieldError, file::FILE_MAX_BYTES};
use media::image::{self, Avatar, Crop, Header, Limits, Processed, Refusal, inspect};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinError,
};

use crate::{error::ApiError, places::Places};

/// Pictures that may wait, each with its file in memory. More of them would wait too long and are told to come back.
const MAX_WAITING: usize = 32;
/// In this unit the memory is shared out.
const MEGABYTE: u64 = 1_000_000;

/// Works on pictures.
pub struct ImageWork {
    limits: Limits,
    processors: Arc<Semaphore>,
    /// Megabytes for decoding. What one picture may take at the most is there for all together.
    memory: Arc<Semaphore>,
    /// Where pictures wait for both.
    places: Places,
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
        let megabytes = limits.memory_bytes.div_ceil(MEGABYTE);
        Self {
            processors: Arc::new(Semaphore::new(processors)),
            memory: Arc::new(Semaphore::new(index(megabytes))),
            places: Places::new(MAX_WAITING),
            limits,
        }
    }

    /// A picture for a conversation, encoded anew.
    ///
    /// # Errors
    /// `validation_failed` where the picture is refused, `unavailable` where too many wait.
    pub async fn process(&self, picture: Bytes) -> Result<Processed, ApiError> {
        self.run("picture", picture, image::process).await
    }

    /// The three levels of an avatar.
    ///
    /// # Errors
    /// `validation_failed` where the picture or the square is refused, `unavailable` where too many wait.
    pub async fn avatar(&self, picture: Bytes, crop: Option<Crop>) -> Result<Avatar, ApiError> {
        let work = move |picture: &[u8], limits: &Limits| image::avatar(picture, crop, limits);
        self.run("avatar", picture, work).await
    }

    async fn run<T: Send + 'static>(
        &self,
        purpose: &'static str,
        picture: Bytes,
        work: impl FnOnce(&[u8], &Limits) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, ApiError> {
        let permits = self.permits(&picture).await?;
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
        Ok(made.unwrap_or_else(|error| Err(broken_down(&error)))?)
    }

    /// Memory first: whoever holds a processor never waits.
    async fn permits(&self, picture: &Bytes) -> Result<[OwnedSemaphorePermit; 2], ApiError> {
        let _place = self.places.take()?;
        let memory_bytes = self.inspect(picture.clone()).await?.memory_bytes;
        let megabytes =
            u32::try_from(memory_bytes.div_ceil(MEGABYTE)).map_err(ApiError::internal)?;
        let memory = Arc::clone(&self.memory).acquire_many_owned(megabytes);
        let memory = memory.await.map_err(ApiError::internal)?;
        Ok([memory, self.processor().await?])
    }

    /// What the header says: a header may be as long as the file.
    async fn inspect(&self, picture: Bytes) -> Result<Header, ApiError> {
        let processor = self.processor().await?;
        let limits = self.limits.clone();
        let work = move || {
            let _processor = processor;
            inspect(&picture, &limits)
        };
        let header = tokio::task::spawn_blocking(work).await;
        Ok(header.unwrap_or_else(|error| Err(broken_down(&error)))?)
    }

    async fn processor(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        let processor = Arc::clone(&self.processors).acquire_owned();
        processor.await.map_err(ApiError::internal)
    }
}

fn index(megabytes: u64) -> usize {
    usize::try_from(megabytes).unwrap_or(usize::MAX)
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
mod tests {
    use std::{
        sync::{
            atomic::{AtomicUsize, Ordering},
            mpsc,
        },
        time::Duration,
    };

    use contract::problem::Code;
    use futures_util::future::join_all;

    use super::*;

    /// A GIF of so many pixels a side, up to where its first frame begins.
    fn promising(side: u16) -> Bytes {
        let side = side.to_le_bytes();
        let frame = [b',', 0, 0, 0, 0, 1, 0, 1, 0, 0];
        [b"GIF89a", side.as_slice(), &side, &[0, 0, 0], &frame]
            .concat()
            .into()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn more_pictures_than_can_wait_are_told_to_come_back() {
        let work = Arc::new(ImageWork::on(1));
        let (go, wait) = mpsc::channel::<()>();
        let first = tokio::spawn({
            let work = Arc::clone(&work);
            async move {
                let stay = move |_: &[u8], _: &Limits| Ok(wait.recv().is_err());
                work.run("test", promising(10), stay).await
            }
        });
        until(|| work.processors.available_permits() == 0).await;
        let next = || {
            let work = Arc::clone(&work);
            async move { work.run("test", promising(10), |_, _| Ok(())).await }
        };
        let waiting: Vec<_> = (0..MAX_WAITING).map(|_| tokio::spawn(next())).collect();
        until(|| work.places.free() == 0).await;
        let refused = next().await.unwrap_err();
        assert_eq!(refused.code, Code::Unavailable);
        assert!(refused.retry_after.is_some());
        drop(go);
        assert!(first.await.unwrap().unwrap());
        for served in join_all(waiting).await {
            served.unwrap().unwrap();
        }
        assert_eq!(work.places.free(), MAX_WAITING);
    }

    #[tokio::test]
    async fn a_header_is_not_read_on_the_threads_that_serve() {
        let work = ImageWork::on(1);
        let processor = work.processor().await.unwrap();
        let picture = promising(10);
        let mut header = std::pin::pin!(work.inspect(picture));
        assert!(
            futures_util::poll!(header.as_mut()).is_pending(),
            "it waits for a processor"
        );
        drop(processor);
        // This thread is the only one that serves: what it has not handed on would be done at the first look.
        assert!(futures_util::poll!(header.as_mut()).is_pending());
        assert_eq!(header.await.unwrap().width, 10);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn pictures_at_work_share_the_memory_of_one() {
        let work = Arc::new(ImageWork::on(8));
        let picture = promising(4_500);
        let memory = inspect(&picture, &work.limits).unwrap().memory_bytes;
        let together = usize::try_from(work.limits.memory_bytes / memory).unwrap();
        assert_eq!(together, 2, "fewer than there are processors");
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let all = (0..20).map(|_| {
            let (now, most) = (Arc::clone(&now), Arc::clone(&most));
            let count = move |_: &[u8], _: &Limits| {
                let at_work = now.fetch_add(1, Ordering::SeqCst) + 1;
                most.fetch_max(at_work, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(5));
                now.fetch_sub(1, Ordering::SeqCst);
                Ok(())
            };
            work.run("test", picture.clone(), count)
        });
        for done in join_all(all).await {
            done.unwrap();
        }
        assert_eq!(most.load(Ordering::SeqCst), together);
    }

    #[tokio::test]
    async fn a_picture_that_breaks_its_decoder_is_refused_and_harms_no_other() {
        let work = ImageWork::on(1);
        let broken = |_: &[u8], _: &Limits| -> Result<(), Refusal> { panic!("a broken decoder") };
        let refused = work.run("test", promising(10), broken).await.unwrap_err();
        assert_eq!(refused.code, Code::ValidationFailed);
        assert_eq!(refused.errors[0].code, "damaged_image");
        work.run("test", promising(10), |_, _| Ok(()))
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn a_refusal_names_the_file_and_says_what_to_do() {
        let refused = ImageWork::on(1).process(Bytes::new()).await.unwrap_err();
        assert_eq!(refused.code, Code::ValidationFailed);
        assert_eq!(refused.errors[0].field, "file");
        assert_eq!(refused.errors[0].code, "not_an_image");
        assert!(refused.errors[0].detail.contains("Send a JPEG"));
    }

    async fn until(is_so: impl Fn() -> bool) {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}
