//! Random choices from one seed, which a test prints: with it the same choices come again.

use std::time::Duration;

use rand::{RngExt, SeedableRng, rngs::StdRng};

/// Names the seed to repeat a run with.
const SEED: &str = "WEBCHAT_FAULT_SEED";

/// A source of choices.
#[derive(Debug)]
pub struct Chance(StdRng);

impl Chance {
    /// From the seed that the environment names, else from a new one.
    pub fn new() -> Self {
        let seed = match std::env::var(SEED) {
            Ok(seed) => seed.parse().expect("a seed is a number"),
            Err(_not_given) => rand::random::<u64>(),
        };
        eprintln!("{SEED}={seed}");
        Self(StdRng::seed_from_u64(seed))
    }

    /// Another source, for something that happens at the same time: its choices do not depend on who is faster.
    pub fn split(&mut self) -> Self {
        Self(StdRng::seed_from_u64(self.0.random()))
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0.random_range(0..bound)
    }

    /// A time of at least `least` and less than `most`.
    pub fn between(&mut self, least: Duration, most: Duration) -> Duration {
        self.0.random_range(least..most)
    }

    /// A time between both, short ones as likely as long ones: 0.1–1 s as often as 1–10 s.
    pub fn between_magnitudes(&mut self, least: Duration, most: Duration) -> Duration {
        let (least, most) = (least.as_secs_f64().ln(), most.as_secs_f64().ln());
        Duration::from_secs_f64(self.0.random_range(least..most).exp())
    }

    /// `true` that often in a hundred.
    pub fn percent(&mut self, percent: u32) -> bool {
        self.0.random_ratio(percent, 100)
    }
}
