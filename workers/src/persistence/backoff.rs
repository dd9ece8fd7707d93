//! Waiting before the next try.

use std::time::Duration;

use bootstrap::Shutdown;
use thiserror::Error;

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(2);

/// Shutdown was asked for while the database or the broker was away. What was in hand is not acknowledged, so it comes
/// again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("stopped before the work was done")]
pub(super) struct Stopped;

/// Pauses that double, up to two seconds.
#[derive(Debug)]
pub(super) struct Backoff {
    next: Duration,
}

impl Backoff {
    pub(super) fn new() -> Self {
        Self { next: FIRST }
    }

    /// Pauses. `Stopped` at once when shutdown is asked for.
    pub(super) async fn wait(&mut self, shutdown: &Shutdown) -> Result<(), Stopped> {
        let pause = self.next;
        self.next = (pause * 2).min(LONGEST);
        tokio::select! {
            () = tokio::time::sleep(pause) => Ok(()),
            () = shutdown.requested() => Err(Stopped),
        }
    }
}
