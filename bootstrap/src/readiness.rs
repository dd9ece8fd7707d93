//! Whether this process can do its work, as a list of named checks.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::sync::watch;

use crate::Shutdown;

/// The checks of a process. Clones are the same list.
#[derive(Debug, Clone, Default)]
pub struct Readiness(Arc<Mutex<BTreeMap<&'static str, Check>>>);

#[derive(Debug, Clone)]
struct Check {
    status: watch::Receiver<CheckStatus>,
    is_needed: bool,
}

/// How one check stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum CheckStatus {
    /// It works; the last probe took so long.
    Ok {
        /// In milliseconds.
        latency_ms: u64,
    },
    /// It does not work.
    Failed {
        /// What happened.
        detail: String,
    },
}

/// All checks at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReadinessReport {
    /// Whether every check is ok that the process needs for its work. A process without any is still starting.
    pub ready: bool,
    /// Whether every check is ok, also those that only tell of others.
    pub healthy: bool,
    /// Each check by its name.
    pub checks: BTreeMap<&'static str, CheckStatus>,
}

/// The right to say how one check stands. Dropping it fails the check: its task has ended.
#[derive(Debug)]
pub struct ReadinessCheck(watch::Sender<CheckStatus>);

impl Readiness {
    /// Adds a check, which fails until it is reported ok. The same name replaces the earlier check.
    pub fn check(&self, name: &'static str) -> ReadinessCheck {
        self.add(name, true)
    }

    /// Adds a check of something that this process can tell and cannot mend: where it fails, the process is ready
    /// nevertheless, so that nobody ends it for the fault of another.
    pub fn tell(&self, name: &'static str) -> ReadinessCheck {
        self.add(name, false)
    }

    /// Tells a check of another list as it stands there. A list without it changes nothing.
    pub fn tell_of(&self, other: &Self, name: &'static str) {
        let found = other.checks().get(name).cloned();
        if let Some(check) = found {
            let is_needed = false;
            self.checks().insert(name, Check { is_needed, ..check });
        }
    }

    fn add(&self, name: &'static str, is_needed: bool) -> ReadinessCheck {
        let (sender, status) = watch::channel(CheckStatus::failed("starting"));
        self.checks().insert(name, Check { status, is_needed });
        ReadinessCheck(sender)
    }

    /// Adds a check that calls `probe` every `period`, and more often while it fails, until shutdown; a probe may take
    /// a `period`.
    pub fn probe<P, F, E>(
        &self,
        name: &'static str,
        period: Duration,
        shutdown: &Shutdown,
        probe: P,
    ) where
        P: Fn() -> F + Send + 'static,
        F: Future<Output = Result<(), E>> + Send,
        E: std::fmt::Display,
    {
        let check = self.check(name);
        let shutdown = shutdown.clone();
        tokio::spawn(async move {
            while !shutdown.is_requested() {
                let started = tokio::time::Instant::now();
                match tokio::time::timeout(period, probe()).await {
                    Ok(Ok(())) => check.ok(started.elapsed()),
                    Ok(Err(error)) => check.failed(error.to_string()),
                    Err(_) => check.failed(format!("no answer within {} ms", period.as_millis())),
                }
                // What is starting or mending itself is looked at more often, so that nobody waits for the probe.
                let pause = if check.is_ok() { period } else { period / 8 };
                tokio::select! {
                    () = tokio::time::sleep_until(started + pause) => (),
                    () = shutdown.requested() => (),
                }
            }
        });
    }

    /// How all checks stand now.
    pub fn report(&self) -> ReadinessReport {
        let (mut ready, mut needed) = (true, 0);
        let mut checks = BTreeMap::new();
        for (name, check) in self.checks().iter() {
            let status = status_of(&check.status);
            if check.is_needed {
                needed += 1;
                ready &= status.is_ok();
            }
            checks.insert(*name, status);
        }
        let ready = ready && needed > 0;
        ReadinessReport {
            ready,
            healthy: ready && checks.values().all(CheckStatus::is_ok),
            checks,
        }
    }

    fn checks(&self) -> std::sync::MutexGuard<'_, BTreeMap<&'static str, Check>> {
        // The map is whole between any two statements, so a panic elsewhere does not spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ReadinessCheck {
    /// The check works; its last probe took `latency`.
    pub fn ok(&self, latency: Duration) {
        let latency_ms = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
        self.0.send_replace(CheckStatus::Ok { latency_ms });
    }

    /// Whether it worked at the last look.
    fn is_ok(&self) -> bool {
        self.0.borrow().is_ok()
    }

    /// The check does not work. Said in the log when it begins, not each time.
    pub fn failed(&self, detail: impl Into<String>) {
        let status = CheckStatus::failed(detail);
        let was_ok = self.0.borrow().is_ok();
        if let (true, CheckStatus::Failed { detail }) = (was_ok, &status) {
            tracing::warn!(detail, "a readiness check fails");
        }
        self.0.send_replace(status);
    }
}

impl CheckStatus {
    /// Whether it works.
    pub fn is_ok(&self) -> bool {
        matches!(self, Self::Ok { .. })
    }

    fn failed(detail: impl Into<String>) -> Self {
        Self::Failed {
            detail: detail.into(),
        }
    }
}

fn status_of(receiver: &watch::Receiver<CheckStatus>) -> CheckStatus {
    match receiver.has_changed() {
        Ok(_) => receiver.borrow().clone(),
        Err(_) => CheckStatus::failed("stopped"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_ready_when_every_check_is_ok() {
        let readiness = Readiness::default();
        assert!(!readiness.report().ready, "no checks yet: still starting");
        let check = readiness.check("nats");
        assert!(!readiness.report().ready, "not before it was reported ok");
        check.ok(Duration::from_millis(3));
        assert!(readiness.report().ready);
        check.failed("no answer");
        assert!(!readiness.report().ready);
    }

    #[test]
    fn what_is_only_told_fails_the_health_and_not_the_readiness() {
        let readiness = Readiness::default();
        let told = readiness.tell("consumers");
        told.ok(Duration::ZERO);
        assert!(!readiness.report().ready, "nothing of its own yet");
        let own = readiness.check("nats");
        own.ok(Duration::ZERO);
        assert!(readiness.report().healthy);
        told.failed("a consumer is stuck");
        let report = readiness.report();
        assert!(report.ready && !report.healthy);
        let process = Readiness::default();
        process.tell_of(&readiness, "consumers");
        process.tell_of(&readiness, "of no list");
        assert_eq!(
            process.report().checks["consumers"],
            report.checks["consumers"]
        );
        told.ok(Duration::ZERO);
        assert!(
            process.report().checks["consumers"].is_ok(),
            "it is the same check"
        );
    }

    #[test]
    fn a_check_whose_task_has_ended_fails() {
        let readiness = Readiness::default();
        readiness.check("nats").ok(Duration::ZERO);
        let report = readiness.report();
        assert_eq!(report.checks["nats"], CheckStatus::failed("stopped"));
    }

    #[tokio::test]
    async fn a_probe_that_does_not_answer_fails_its_check() {
        let readiness = Readiness::default();
        let shutdown = Shutdown::new();
        let period = Duration::from_millis(20);
        readiness.probe("storage", period, &shutdown, || {
            std::future::pending::<Result<(), String>>()
        });
        tokio::time::sleep(period * 10).await;
        let expected = CheckStatus::failed("no answer within 20 ms");
        assert_eq!(readiness.report().checks["storage"], expected);
        shutdown.request();
    }
}
