//! Several seeds in one line.

use std::{fmt, ops::Range};

use crate::queue::{Matcher, Outcome, Setting, run};

/// Student's t for 95 % with seven degrees of freedom; with fewer seeds it is a little too narrow.
const T: f64 = 2.36;

/// A setting over several seeds.
#[derive(Debug, Clone, Copy)]
pub struct Summary {
    /// Keeps per arrival over those of random pairing of the same arrivals: the mean over seeds, and half of the width of
    /// its 95 % interval.
    pub lift: f64,
    pub lift_interval: f64,
    pub mean_wait: f64,
    pub p95_wait: f64,
    pub leave: f64,
}

/// Runs a setting and random pairing with each seed.
pub fn summed_up(setting: Setting<'_>, seeds: Range<u64>) -> Summary {
    let mut all = Outcome::default();
    let mut lifts = Vec::new();
    for seed in seeds {
        let random = Setting {
            matcher: Matcher::Random,
            tick_ms: 1_000,
            ..setting
        };
        let (chosen, random) = (run(setting, seed), run(random, seed));
        lifts.push(chosen.keeps / random.keeps);
        all.arrivals += chosen.arrivals;
        all.left += chosen.left;
        all.waits.extend(chosen.waits);
    }
    let (lift, deviation) = moments(&lifts);
    all.waits.sort_unstable_by(f64::total_cmp);
    Summary {
        lift,
        lift_interval: T * deviation / count(lifts.len()).sqrt(),
        mean_wait: moments(&all.waits).0,
        p95_wait: all
            .waits
            .get(all.waits.len() * 95 / 100)
            .copied()
            .unwrap_or(0.0),
        leave: count(all.left) / count(all.arrivals),
    }
}

/// Mean and standard deviation.
fn moments(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / count(values.len());
    let squares = values
        .iter()
        .map(|value| (value - mean).powi(2))
        .sum::<f64>();
    (
        mean,
        (squares / (count(values.len()) - 1.0).max(1.0)).sqrt(),
    )
}

#[expect(clippy::cast_precision_loss)] // counts of people
pub fn count(items: usize) -> f64 {
    items as f64
}

impl fmt::Display for Summary {
    fn fmt(&self, line: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            lift,
            lift_interval,
            mean_wait,
            p95_wait,
            leave,
        } = self;
        let leave = leave * 100.0;
        write!(
            line,
            "{lift:.2} ± {lift_interval:.2} | {mean_wait:.1} s | {p95_wait:.1} s | {leave:.1} %"
        )
    }
}
