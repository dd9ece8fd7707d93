//! Work that is noted in SQL and done in rounds until shutdown. Each step of it may be repeated, and its note goes last: a
//! worker that dies in between leaves the rest to the next one, and two workers do no harm.

use std::{future::Future, time::Duration};

use bootstrap::Shutdown;

/// What a round leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// More of what is due: the next round begins at once.
    More,
    /// Nothing, or what has to wait.
    Nothing,
}

/// Does a round every so often until shutdown. One that fails is tried again with the next; `purpose` says in the log what
/// has to wait.
pub(super) async fn until_shutdown<F: Future<Output = anyhow::Result<Left>> + Send>(
    purpose: &'static str,
    every: Duration,
    shutdown: Shutdown,
    mut round: impl FnMut() -> F + Send,
) -> anyhow::Result<()> {
    while !shutdown.is_requested() {
        let left = round().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "{purpose} has to wait");
            Left::Nothing
        });
        let pause = match left {
            Left::More => Duration::ZERO,
            Left::Nothing => every,
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = shutdown.requested() => {}
        }
    }
    Ok(())
}
