//! How long an upload is waited for: in all, for its next piece, and for as much as it is behind. Whoever comes slower keeps a
//! place from others.

use std::time::Duration;

use axum::extract::multipart::MultipartError;
use bootstrap::Shutdown;
use contract::problem::Code;
use tokio::time::{Instant, timeout_at};

use super::{form, held::Held};
use crate::error::ApiError;

/// What comes slower than this from its beginning on, beyond the time that it may stand still, is given up.
const LEAST_BYTES_A_SEC: u64 = 8 * 1024;

/// The pace of one upload. Clones are the same.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    begun: Instant,
    /// All of it.
    whole: Duration,
    /// The next piece of it.
    stall: Duration,
    /// When nobody can wait any more.
    ending: Shutdown,
    held: Held,
}

impl Pace {
    /// Of an upload that begins now.
    pub(super) fn begin(settings: &settings::Files, ending: Shutdown, held: Held) -> Self {
        Self {
            begun: Instant::now(),
            whole: Duration::from_secs(settings.upload_secs),
            stall: Duration::from_secs(settings.stall_secs),
            ending,
            held,
        }
    }

    /// The next piece, in its time.
    ///
    /// # Errors
    /// `upload_timeout`; `unavailable` where the gateway ends; what is wrong with the form.
    pub(super) async fn wait<T>(
        &self,
        piece: impl Future<Output = Result<T, MultipartError>>,
    ) -> Result<T, ApiError> {
        let until = self.gives_up_at(Instant::now());
        let waited = tokio::select! {
            biased;
            () = self.ending.requested() => {
                let detail = "The server is being restarted. Send the file again in a moment.";
                return Err(ApiError::new(Code::Unavailable, detail).retry_after(1));
            }
            waited = timeout_at(until, piece) => waited,
        };
        match waited {
            Ok(Ok(piece)) => {
                self.held.let_go();
                Ok(piece)
            }
            Ok(Err(_)) if self.held.is_over() => {
                let detail = "What the form says of the file is too long. Give the file a shorter name and send it again.";
                Err(ApiError::new(Code::PayloadTooLarge, detail))
            }
            Ok(Err(error)) => Err(form::broken(&error)),
            Err(_) => {
                let detail = "The file came too slowly. Try again with a better connection.";
                Err(ApiError::new(Code::UploadTimeout, detail))
            }
        }
    }

    /// So many bytes more have come.
    pub(super) fn receive(&self, bytes: usize) {
        self.held.receive(bytes);
    }

    /// Until when its next piece is waited for from now on.
    pub(super) fn gives_up_at(&self, now: Instant) -> Instant {
        let paid_for = Duration::from_millis(self.held.received() * 1_000 / LEAST_BYTES_A_SEC);
        let in_all = (self.stall + paid_for).min(self.whole);
        (self.begun + in_all).min(now + self.stall)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(upload_secs: u64, received: usize) -> Pace {
        let files = settings::Files {
            user_quota_bytes: 0,
            uploads_at_once: 1,
            downloads_at_once: 1,
            upload_secs,
            stall_secs: 15,
        };
        let held = Held::default();
        held.receive(received);
        Pace::begin(&files, Shutdown::new(), held)
    }

    #[test]
    fn the_first_of_three_ends_is_the_one() {
        let kib = 1024;
        for (received, since, expected, what) in [
            (0, 0, 15, "nothing has come"),
            (1_000, 14, 15, "a trickle"),
            (80 * kib, 14, 25, "behind, and it may catch up"),
            (800 * kib, 14, 29, "it stands still"),
            (8_000 * kib, 290, 300, "all of it took too long"),
        ] {
            let pace = pace(300, received);
            let gives_up = pace.gives_up_at(pace.begun + Duration::from_secs(since));
            assert_eq!((gives_up - pace.begun).as_secs(), expected, "{what}");
        }
    }
}
