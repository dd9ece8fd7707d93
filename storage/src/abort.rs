//! What an upload that broke off has left in the storage is cleared, however long that takes: the storage may be away, which
//! is why it broke off.

use std::{iter, time::Duration};

use object_store::MultipartUpload;

use super::{Key, Storage, StorageError, patience::within};

/// After a failure it is tried again, first after this pause, and each time after twice the pause, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// So many times: for about a day, as long as a bucket's own rule waits at the least.
const TRIES: usize = 300;

/// The parts of an upload, and where they belong.
pub(crate) struct Remains {
    pub storage: Storage,
    pub key: Key,
    pub parts: Box<dyn MultipartUpload>,
}

impl Remains {
    /// Clears them, or goes on trying until the process ends.
    pub async fn clear(mut self) {
        let Err(error) = self.try_clear().await else {
            return;
        };
        tracing::warn!(key = %self.key, %error, "the parts of an upload cannot be removed now; it is tried again while this process runs");
        // Nobody waits for that.
        tokio::spawn(self.clear_later());
    }

    async fn clear_later(mut self) {
        for pause in pauses() {
            tokio::time::sleep(pause).await;
            if self.try_clear().await.is_ok() {
                tracing::info!(key = %self.key, "the parts of an upload are removed");
                return;
            }
        }
        tracing::warn!(key = %self.key, "the parts of an upload stay: in a folder until its sweep, in a bucket until its rule for unfinished uploads");
    }

    async fn try_clear(&mut self) -> Result<(), StorageError> {
        match within(self.parts.abort()).await {
            // The answer of a completion may have been lost, or that of an abort.
            Err(error) if error.is_missing() => Ok(()),
            Err(error) => match &self.storage.folder {
                // It lets go of what it wrote before it fails to complete it.
                Some(folder) => folder.clear(self.key.path()).await,
                None => Err(error),
            },
            Ok(()) => Ok(()),
        }
    }
}

fn pauses() -> impl Iterator<Item = Duration> {
    iter::successors(Some(FIRST_PAUSE), |pause| {
        Some((*pause * 2).min(LONGEST_PAUSE))
    })
    .take(TRIES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_tried_soon_at_first_and_for_about_a_day() {
        let pauses: Vec<_> = pauses().collect();
        assert_eq!(pauses[..3], [1, 2, 4].map(Duration::from_secs));
        assert!(pauses.iter().all(|pause| *pause <= LONGEST_PAUSE));
        let day = Duration::from_secs(24 * 60 * 60);
        let whole: Duration = pauses.iter().sum();
        assert!(whole > day && whole < 2 * day, "{whole:?}");
    }
}
