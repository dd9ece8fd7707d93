//! What a run says of itself, and what it keeps where it broke a promise.

use std::{path::Path, time::Duration};

use super::{
    judge::{self, Evidence},
    ledger::{Event, Ledger},
    plan::Planned,
};

pub fn report(evidence: &Evidence, faults: &[Planned], ready_after: Duration, restarts: usize) {
    let count = |which: fn(&Event) -> bool| {
        let entries = evidence.entries.iter();
        entries.filter(|entry| which(&entry.event)).count()
    };
    let lateness = judge::lateness(evidence);
    let matched = evidence
        .lives
        .values()
        .filter(|life| life.last().is_some_and(|room| room.the_match().is_some()));
    eprintln!(
        "{} faults; ready {ready_after:.1?} after the last; {restarts} restarts by the supervisor\n\
         sent {} ({} again), acknowledged {}, refused {}, heard {}\n\
         reconnects {} (recovered {}), read again {}\n\
         matches {}, timers {}, the latest {} ms after its deadline, the longest {} ms of that with nothing in its way",
        faults.len(),
        count(|event| matches!(event, Event::Sent { .. })),
        count(|event| matches!(event, Event::Sent { again: true, .. })),
        count(|event| matches!(event, Event::Acked { .. })),
        count(|event| matches!(event, Event::Refused { .. })),
        count(|event| matches!(event, Event::Heard(_))),
        count(|event| matches!(event, Event::Hello { .. })),
        count(|event| matches!(
            event,
            Event::Hello {
                recovered: true,
                ..
            }
        )),
        count(|event| matches!(event, Event::ReadAgain(_))),
        matched.count(),
        lateness.len(),
        lateness.iter().map(|late| late.by_ms).max().unwrap_or(0),
        lateness
            .iter()
            .map(|late| late.undisturbed.as_millis())
            .max()
            .unwrap_or(0),
    );
}

/// The ledger of a run that broke a promise stays beside the browser tests' pictures.
pub fn kept_ledger(ledger: &Ledger, seed: u64, servers: usize) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../artifacts/faults");
    std::fs::create_dir_all(&folder).expect("a folder for the ledger");
    let path = folder.join(format!("seed-{seed}-servers-{servers}.jsonl"));
    ledger.save(&path);
    path.display().to_string()
}
