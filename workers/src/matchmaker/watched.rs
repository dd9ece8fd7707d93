//! Whether matching treats people alike, as metrics, and an alarm for who starves.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
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
    alarms: Mutex<Alarms>,
    check: ReadinessCheck,
}

/// What is wrong, if anything.
#[derive(Debug)]
struct Alarms {
    starving: Option<String>,
    stalled: Option<String>,
    /// When a tick has last paired whoever could be paired, or nobody waited.
    paired_at: Instant,
}

impl Watched {
    /// Nobody starves before anybody waits.
    pub(super) fn new(check: ReadinessCheck) -> Self {
        check.ok(Duration::ZERO);
        metrics::gauge!("webchat_match_starving").set(0.0);
        metrics::gauge!("webchat_match_since_pairing_seconds").set(0.0);
        let alarms = Alarms {
            starving: None,
            stalled: None,
            paired_at: Instant::now(),
        };
        Self {
            fairness: Mutex::default(),
            alarms: Mutex::new(alarms),
            check,
        }
    }

    /// So many have waited for longer than `limit` although somebody who has waited as long may meet them.
    pub(super) fn starve(&self, starving: usize, limit: Duration) {
        metrics::gauge!("webchat_match_starving").set(as_gauge(starving));
        let limit = limit.as_secs();
        let alarm = (starving > 0).then(|| {
            format!("{starving} have waited for more than {limit} s although they may meet others who have, too")
        });
        self.tell(|alarms| alarms.starving = alarm);
    }

    /// A tick has paired whoever could be paired.
    pub(super) fn has_paired(&self, now: Instant) {
        self.tell(|alarms| {
            alarms.paired_at = now;
            alarms.stalled = None;
        });
    }

    /// So many wait now for this matchmaker. Alarms where no tick has paired anybody for longer than `limit`.
    pub(super) fn look(&self, waiting: usize, limit: Duration, now: Instant) {
        if waiting == 0 {
            metrics::gauge!("webchat_match_since_pairing_seconds").set(0.0);
            return self.has_paired(now);
        }
        self.tell(|alarms| {
            let since = now.saturating_duration_since(alarms.paired_at);
            metrics::gauge!("webchat_match_since_pairing_seconds").set(since.as_secs_f64());
            alarms.stalled = (since > limit).then(|| {
                let secs = since.as_secs();
                format!("{waiting} wait, and no tick has come to its end for {secs} s")
            });
        });
    }

    /// Another one leads, and tells who starves.
    pub(super) fn stand_by(&self) {
        self.starve(0, Duration::ZERO);
    }

    fn tell(&self, change: impl FnOnce(&mut Alarms)) {
        let mut alarms = self.alarms.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut alarms);
        match alarms.stalled.as_ref().or(alarms.starving.as_ref()) {
            Some(alarm) => self.check.failed(alarm.clone()),
            None => self.check.ok(Duration::ZERO),
        }
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

    const LIMIT: Duration = Duration::from_secs(120);

    /// A process that works, and its watching. The other check is the process's own.
    fn watched() -> (Readiness, ReadinessCheck, Watched) {
        let readiness = Readiness::default();
        let needed = readiness.check("broker");
        needed.ok(Duration::ZERO);
        let watched = Watched::new(readiness.tell(CHECK));
        assert!(readiness.report().healthy);
        (readiness, needed, watched)
    }

    fn told(readiness: &Readiness) -> String {
        let report = readiness.report();
        assert!(report.ready && !report.healthy);
        format!("{:?}", report.checks[CHECK])
    }

    #[test]
    fn starving_is_told_and_does_not_make_the_process_unready() {
        let (readiness, _needed, watched) = watched();
        watched.starve(3, LIMIT);
        let told = told(&readiness);
        assert!(told.contains("3 have waited for more than 120 s"), "{told}");
        watched.stand_by();
        assert!(readiness.report().healthy);
    }

    #[test]
    fn ticks_that_do_not_end_are_told_while_people_wait() {
        let (readiness, _needed, watched) = watched();
        let begun = Instant::now();
        let after = |secs| begun + Duration::from_secs(secs);
        watched.look(0, LIMIT, after(500));
        watched.look(2, LIMIT, after(619));
        assert!(readiness.report().healthy, "nobody waited before");
        watched.look(2, LIMIT, after(621));
        let alarm = told(&readiness);
        assert!(
            alarm.contains("2 wait, and no tick has come to its end for 121 s"),
            "{alarm}"
        );
        // Nobody says any more who starves.
        watched.starve(0, LIMIT);
        assert_eq!(told(&readiness), alarm);
        watched.has_paired(after(622));
        watched.look(2, LIMIT, after(623));
        assert!(readiness.report().healthy);
        watched.look(2, LIMIT, after(800));
        assert!(!readiness.report().healthy);
        watched.look(0, LIMIT, after(801));
        assert!(
            readiness.report().healthy,
            "they have gone, or another one leads"
        );
    }
}
