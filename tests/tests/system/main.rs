//! Whole-system tests: real processes on free ports and folders of their own, used as people use them, killed as
//! machines kill them.
//!
//! The programs are those beside this test's executable: `cargo build --workspace` makes them.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a failed step ends its test, and the processes' last words help to see why"
)]

mod across_a_hole;
mod archive;
mod backlog;
mod bad_frames;
mod bad_requests;
mod bad_values;
mod chance;
mod client;
mod clock_skew;
mod conversation;
mod crash;
mod dead_letters;
mod deletion;
mod downloads;
mod events;
mod faults;
mod full_disk;
mod ground;
mod jetstream;
mod journey;
mod keep_free;
mod learning;
mod lost_acks;
mod lost_batches;
mod lost_outcomes;
mod lost_streams;
mod lost_tail;
mod machine_clock;
mod matching_burst;
mod matching_record;
mod matching_storm;
mod metrics;
mod once;
mod once_record;
mod operating;
mod outages;
mod outcomes;
mod presence;
mod program;
mod rebuild;
mod rebuild_files;
mod reconnect_storm;
mod request;
mod resume_reader;
mod resume_retention;
mod resume_storm;
mod roles;
mod rolling_restart;
mod scene;
mod separate_roles;
mod serve;
mod serve_refuses;
mod serve_survives;
mod slow_reader;
mod socket;
mod starting;
mod stopped_upload;
mod storm;
mod stuck_consumer;
mod timer_storm;
mod timers;
mod town;
mod upgrade;
mod uploads;
mod wire;
mod without_persistence;

use std::time::{Duration, Instant};

/// How long anything may take that should take a moment.
const PATIENCE: Duration = Duration::from_secs(20);

/// A time that is promised, and slack for debug builds beside other tests.
const fn promised(time: Duration) -> Duration {
    if cfg!(debug_assertions) {
        time.saturating_add(Duration::from_millis(1_500))
    } else {
        time
    }
}

/// Looks again and again until there is something to see.
async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(
            begun.elapsed() < PATIENCE,
            "waited {PATIENCE:?} in vain: {what}"
        );
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}
