//! The steps of a start, which an outage of the broker or the database may hold up.

use std::{
    fmt::Display,
    time::{Duration, Instant},
};

use crate::Shutdown;

const PAUSE: Duration = Duration::from_millis(500);
/// After so long a step has not met a passing outage but a refusal, which its operator has to hear of.
const LIMIT: Duration = Duration::from_secs(120);

/// Takes a step again and again, half a second apart, for two minutes: a broker and a database that start beside it, or
/// that restart one after the other, are waited for. Each failure is in the log.
///
/// # Errors
/// The last failure, after two minutes, or when it is asked to stop.
pub async fn patiently<T, E, F>(
    what: &str,
    shutdown: &Shutdown,
    mut step: impl FnMut() -> F,
) -> Result<T, E>
where
    E: Display,
    F: Future<Output = Result<T, E>>,
{
    let begun = Instant::now();
    loop {
        let error = match step().await {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        if begun.elapsed() > LIMIT || shutdown.is_requested() {
            return Err(error);
        }
        tracing::warn!(what, %error, "a step of the start failed and is tried again");
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = shutdown.requested() => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_step_that_fails_for_a_while_is_done_in_the_end() {
        let mut failures = 3;
        let step = || {
            failures -= 1;
            let outcome = if failures > 0 { Err("away") } else { Ok(()) };
            std::future::ready(outcome)
        };
        assert_eq!(patiently("a step", &Shutdown::new(), step).await, Ok(()));
    }

    #[tokio::test]
    async fn whoever_is_asked_to_stop_waits_no_more() {
        let shutdown = Shutdown::new();
        shutdown.request();
        let step = || std::future::ready(Err::<(), _>("away"));
        assert_eq!(patiently("a step", &shutdown, step).await, Err("away"));
    }
}
