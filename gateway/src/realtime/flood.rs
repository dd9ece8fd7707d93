//! How many frames a socket may send.

use tokio::time::Instant;

/// Frames a second in the long run. Sends have their own, stricter limit for each user.
const PER_SECOND: f64 = 100.0;
/// Frames at once.
const BURST: f64 = 500.0;

/// A socket's allowance of frames.
#[derive(Debug)]
pub struct FrameBudget {
    left: f64,
    counted_at: Instant,
}

impl FrameBudget {
    /// A full allowance.
    pub fn new(now: Instant) -> Self {
        Self {
            left: BURST,
            counted_at: now,
        }
    }

    /// Takes one frame; `false` where the allowance is spent.
    pub fn take(&mut self, now: Instant) -> bool {
        let refill = now.saturating_duration_since(self.counted_at).as_secs_f64() * PER_SECOND;
        self.left = (self.left + refill).min(BURST) - 1.0;
        self.counted_at = now;
        self.left >= 0.0
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_flood_is_noticed_and_a_lively_client_is_not() {
        let start = Instant::now();
        let mut flood = FrameBudget::new(start);
        let taken = (0..1_000).take_while(|_| flood.take(start)).count();
        assert_eq!(taken, 500);
        let mut lively = FrameBudget::new(start);
        let every = Duration::from_millis(20);
        assert!((0..5_000u32).all(|n| lively.take(start + every * n)));
    }
}
