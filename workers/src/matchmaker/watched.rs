//! Whether matching treats people alike, as metrics, and an alarm for who starves.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bootstrap::ReadinessCheck;
use domain::{
    Timestamp,
    matching::pairing::{Fairness, Segment},
};

use super::{as_gauge, pool::Waiting};

/// What is watched of one matchmaker's matches.
#[derive(Debug)]
pub(super) struct Watched {
    fairness: Mutex<Fairness>,
    check: ReadinessCheck,
}

impl Watched {
    /// Nobody starves before anybody waits.
    pub(super) fn new(check: ReadinessCheck) -> Self {
        check.ok(Duration::ZERO);
        metrics::gauge!("webchat_match_starving").set(0.0);
        Self {
            fairness: Mutex::default(),
            check,
        }
    }

    /// So many have waited for longer than `limit` although somebody who has waited as long may meet them.
    pub(super) fn starve(&self, starving: usize, limit: Duration) {
        metrics::gauge!("webchat_match_starving").set(as_gauge(starving));
        if starving == 0 {
            return self.check.ok(Duration::ZERO);
        }
        self.check.failed(format!(
            "{starving} have waited for more than {} s although they may meet others who have, too",
            limit.as_secs()
        ));
    }

    /// Another one leads, and tells who starves.
    pub(super) fn stand_by(&self) {
        self.starve(0, Duration::ZERO);
    }

    /// These were matched.
    pub(super) fn matched(&self, tickets: &[Waiting; 2], now: Timestamp) {
        let mut fairness = self.fairness();
        for Waiting { ticket, .. } in tickets {
            let waited = now.since(ticket.joined_at);
            fairness.matched_after(Segment::of(&ticket.features), waited);
        }
    }

    /// Tells how long people of each segment have waited: once a tick, as all waits are sorted for it.
    pub(super) fn tell_waits(&self) {
        for (Segment { gender, ages }, waits) in self.fairness().waits() {
            for (quantile, wait) in [("0.5", waits.p50), ("0.95", waits.p95)] {
                metrics::gauge!(
                    "webchat_match_wait_seconds",
                    "gender" => gender, "ages" => ages, "quantile" => quantile
                )
                .set(wait.as_secs_f64());
            }
        }
    }

    fn fairness(&self) -> MutexGuard<'_, Fairness> {
        self.fairness.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use bootstrap::Readiness;

    use super::{super::CHECK, *};

    #[test]
    fn starving_is_told_and_does_not_make_the_process_unready() {
        let readiness = Readiness::default();
        let needed = readiness.check("broker");
        needed.ok(Duration::ZERO);
        let watched = Watched::new(readiness.tell(CHECK));
        assert!(readiness.report().healthy);
        watched.starve(3, Duration::from_secs(120));
        let report = readiness.report();
        assert!(report.ready && !report.healthy);
        let told = format!("{:?}", report.checks[CHECK]);
        assert!(told.contains("3 have waited for more than 120 s"), "{told}");
        watched.stand_by();
        assert!(readiness.report().healthy);
    }
}
