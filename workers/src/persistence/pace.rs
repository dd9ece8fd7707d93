//! How large a batch may be.

use std::time::Duration;

use bootstrap::Connection;
use sea_orm::{ConnectionTrait, DbBackend};

/// Longest that one transaction should hold SQLite's only write lock: everybody else who writes waits that long.
const LONGEST: Duration = Duration::from_millis(50);
const SMALLEST: usize = 20;

/// The size of the next batch. On SQLite it follows the measured time of the transactions, so that none keeps the
/// gateway's writes waiting; PostgreSQL's writers do not wait for each other, so there it stays at its maximum.
#[derive(Debug)]
pub(super) struct Pace {
    limit: usize,
    max: usize,
    adapts: bool,
}

impl Pace {
    pub(super) fn for_database(connection: &Connection, max: usize) -> Self {
        Self::new(max, connection.get_database_backend() == DbBackend::Sqlite)
    }

    fn new(max: usize, adapts: bool) -> Self {
        let max = max.max(1);
        let limit = if adapts { max.min(100) } else { max };
        Self { limit, max, adapts }
    }

    /// How many messages to take.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// A transaction with so many messages held the lock for so long.
    pub(super) fn observe(&mut self, messages: usize, held: Duration) {
        if !self.adapts {
            return;
        }
        if held > LONGEST {
            self.limit = (self.limit / 2).max(SMALLEST).min(self.max);
        } else if held < LONGEST / 2 && messages >= self.limit {
            self.limit = (self.limit + self.limit / 4 + 1).min(self.max);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_transactions_get_smaller_and_quick_full_ones_larger() {
        let mut pace = Pace::new(500, true);
        let start = pace.limit();
        pace.observe(start, Duration::from_millis(80));
        assert_eq!(pace.limit(), start / 2);
        for _ in 0..50 {
            pace.observe(pace.limit(), Duration::from_millis(5));
        }
        assert_eq!(pace.limit(), 500);
        pace.observe(3, Duration::from_secs(1));
        assert_eq!(pace.limit(), 250);
    }

    #[test]
    fn a_batch_never_shrinks_to_nothing_nor_beyond_the_setting() {
        let mut pace = Pace::new(5, true);
        for _ in 0..10 {
            pace.observe(5, Duration::from_secs(1));
        }
        assert_eq!(pace.limit(), 5);
    }

    #[test]
    fn postgresql_takes_full_batches() {
        let mut pace = Pace::new(500, false);
        pace.observe(500, Duration::from_secs(1));
        assert_eq!(pace.limit(), 500);
    }
}
