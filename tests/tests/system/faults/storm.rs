//! Faults at their times.

use std::time::Duration;

use domain::Timestamp;
use tokio::time::Instant;

use crate::machine_clock::now;

use super::{
    plan::{Planned, Target},
    stage::Stage,
};

/// Begins and ends each fault at its time. Says when those were that may keep a timer from its room.
pub async fn storm(
    stage: &mut Stage,
    faults: &[Planned],
    length: Duration,
) -> Vec<(Timestamp, Timestamp)> {
    let begun = Instant::now();
    let mut under_way: Vec<(Target, Timestamp)> = Vec::new();
    let mut disturbed = Vec::new();
    let mut steps: Vec<(Duration, bool, &Planned)> = faults
        .iter()
        .flat_map(|fault| {
            [
                (fault.at, true, fault),
                (fault.at + fault.lasts, false, fault),
            ]
        })
        .collect();
    steps.sort_by_key(|(at, ..)| *at);
    for (at, begins, fault) in steps {
        tokio::time::sleep_until(begun + at).await;
        if begins {
            eprintln!("{fault}");
            under_way.push((fault.target, now()));
            stage.begin(fault);
        } else {
            stage.end(fault).await;
            let at = under_way.iter().position(|(on, _)| *on == fault.target);
            let (target, since) = under_way.swap_remove(at.expect("it had begun"));
            if target.carries_timers() {
                disturbed.push((since, now()));
            }
        }
        stage.look_after();
        stage.see_who_is_up().await;
    }
    tokio::time::sleep_until(begun + length).await;
    disturbed.sort();
    disturbed
}
