//! Work that is noted in SQL and done in rounds until shutdown. Each step of it may be repeated, and its note goes last: a
//! worker that dies in between leaves the rest to the next one, and two workers do no harm.

use std::{future::Future, time::Duration};

use bootstrap::Shutdown;
use tokio::time::Instant;

/// What a round leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// More of what is due: the next round begins at once.
    More,
    /// Nothing, or what has to wait.
    Nothing,
}

/// After a failure a round goes on for so long and no longer: a storage that is away would fail each item anew, and slowly.
const GO_ON_WITHIN: Duration = Duration::from_secs(10);

/// Does the work of a round for each item, and says for how many. One that fails does not hold up those behind it.
///
/// # Errors
/// The first that there was, when the others are done or the round has taken long.
pub(super) async fn each<T, F: Future<Output = anyhow::Result<()>> + Send>(
    items: impl IntoIterator<Item = T, IntoIter: Send> + Send,
    mut work: impl FnMut(T) -> F + Send,
) -> anyhow::Result<usize> {
    let begun = Instant::now();
    let mut outcome = Ok(0);
    for item in items {
        let done = work(item).await;
        outcome = outcome.and_then(|before| done.map(|()| before + 1));
        if outcome.is_err() && begun.elapsed() > GO_ON_WITHIN {
            break;
        }
    }
    outcome
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

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[tokio::test]
    async fn one_that_fails_does_not_hold_up_those_behind_it() {
        let mut done = Vec::new();
        let outcome = each(1..=5, |item| {
            done.push(item);
            async move {
                match item {
                    2 | 4 => bail!("{item} stays"),
                    _ => Ok(()),
                }
            }
        });
        let first = outcome.await.unwrap_err();
        assert_eq!(first.to_string(), "2 stays");
        assert_eq!(done, [1, 2, 3, 4, 5]);
        let all = each([1, 2], |_| async { Ok(()) });
        assert_eq!(all.await.unwrap(), 2);
    }
}
