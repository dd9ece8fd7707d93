//! What is known of a stream and of what the database has of it, at one time of the stream.

use broker::Skipped;
use uuid::Uuid;

/// Read on one connection to the broker, of the stream with one epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Known {
    /// The connection's number; 0 before anything was read.
    pub connection: u64,
    /// The stream's epoch.
    pub epoch: Uuid,
    /// The database has everything with a sequence up to this one.
    pub floor: u64,
    /// Where the stream has lost what the database may have, beyond the floor too.
    pub hole: Option<Skipped>,
}

impl Known {
    /// Whether sequences mean the same in both.
    pub fn is_of_the_time_of(&self, other: &Self) -> bool {
        (self.connection, self.epoch) == (other.connection, other.epoch)
    }

    /// How far the database is for somebody with sequences of this epoch, who has compared it on this connection; `None` where
    /// this is of another time.
    pub fn floor_for(&self, epoch: Uuid, connection: u64) -> Option<u64> {
        ((self.epoch, self.connection) == (epoch, connection)).then_some(self.floor)
    }

    /// Up to where the database is to be read: the stream has everything else.
    pub fn in_database_up_to(&self) -> u64 {
        self.hole
            .map_or(self.floor, |hole| self.floor.max(hole.last))
    }

    /// Whether the database may have a message between these two that the stream has lost.
    pub fn may_lack_between(&self, after: u64, before: u64) -> bool {
        self.hole
            .is_some_and(|hole| after < hole.last && before > hole.first)
    }

    /// While the stream is the same one, what the database has, it keeps. Says whether that was news.
    pub fn raise(&mut self, floor: u64) -> bool {
        let is_news = floor > self.floor;
        self.floor = self.floor.max(floor);
        is_news
    }

    /// Takes a later reading; says whether it was news.
    pub fn follow(&mut self, read: Self) -> bool {
        let before = *self;
        let floor = match read.is_of_the_time_of(self) {
            true => read.floor.max(self.floor),
            false => read.floor,
        };
        *self = Self { floor, ..read };
        *self != before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EPOCH: Uuid = Uuid::from_u128(7);
    const NEXT: Uuid = Uuid::from_u128(8);

    fn known(connection: u64, epoch: Uuid, floor: u64) -> Known {
        Known {
            connection,
            epoch,
            floor,
            hole: None,
        }
    }

    #[test]
    fn a_floor_is_told_only_to_who_knows_its_epoch_by_the_same_connection() {
        let floor = known(2, EPOCH, 9);
        assert_eq!(floor.floor_for(EPOCH, 2), Some(9));
        assert_eq!(floor.floor_for(EPOCH, 1), None, "not compared yet");
        assert_eq!(floor.floor_for(NEXT, 2), None);
    }

    #[test]
    fn a_floor_rises_while_the_stream_is_the_same_and_begins_anew_with_another() {
        let mut floor = known(1, EPOCH, 9);
        assert!(!floor.raise(8) && floor.raise(10));
        assert!(!floor.follow(known(1, EPOCH, 10)));
        assert!(floor.follow(known(2, EPOCH, 4)), "another connection");
        assert_eq!(floor.floor, 4);
        assert!(floor.follow(known(2, NEXT, 3)), "another epoch");
        assert_eq!(floor.floor, 3);
    }

    #[test]
    fn the_database_is_asked_for_what_may_be_in_a_hole_and_for_nothing_else() {
        let whole = known(1, EPOCH, 4);
        assert!(!whole.may_lack_between(0, u64::MAX));
        assert_eq!(whole.in_database_up_to(), 4);
        let hole = Some(Skipped { first: 6, last: 10 });
        let lost = Known { hole, ..whole };
        assert_eq!(lost.in_database_up_to(), 10);
        assert!(lost.may_lack_between(5, u64::MAX) && lost.may_lack_between(5, 11));
        assert!(!lost.may_lack_between(10, 12), "behind it");
        assert!(!lost.may_lack_between(2, 6), "before it");
        assert_eq!(Known { floor: 12, ..lost }.in_database_up_to(), 12);
    }
}
