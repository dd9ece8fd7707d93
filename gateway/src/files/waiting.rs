//! Whether somebody still waits for the answer to an upload. What nobody hears of, nobody can send or take back.

use tokio_util::sync::{CancellationToken, DropGuard};

use super::form::refused;
use crate::error::ApiError;

/// Somebody waits as long as the guard that was begun with it lives. Clones tell the same.
#[derive(Debug, Clone)]
pub(super) struct Waiting(CancellationToken);

impl Waiting {
    /// With the guard, which whoever waits holds.
    pub(super) fn begin() -> (Self, DropGuard) {
        let gone = CancellationToken::new();
        (Self(gone.clone()), gone.drop_guard())
    }

    /// Nothing more is to be done where nobody waits.
    ///
    /// # Errors
    /// Nobody does; and nobody hears of the error.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        match self.0.is_cancelled() {
            true => Err(nobody_waits()),
            false => Ok(()),
        }
    }

    /// Comes when nobody waits any more.
    pub(super) async fn gone(&self) -> ApiError {
        self.0.cancelled().await;
        nobody_waits()
    }
}

fn nobody_waits() -> ApiError {
    refused("cancelled", "The upload was cancelled.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn somebody_waits_until_the_guard_is_dropped() {
        let (waiting, guard) = Waiting::begin();
        let told = waiting.clone();
        assert!(told.check().is_ok());
        drop(guard);
        assert!(told.check().is_err());
        waiting.gone().await;
    }
}
