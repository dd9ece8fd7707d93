//! The read positions of a room's two members.

use std::time::Duration;

use domain::UserId;
use tokio::time::Instant;

/// A member's position is written at most this often.
const WRITE_EVERY: Duration = Duration::from_secs(1);

/// What is known of how far each member has read, and what is still to be written.
#[derive(Debug)]
pub struct ReadPositions(Vec<Position>);

#[derive(Debug)]
struct Position {
    user: UserId,
    confirmed: u64,
    wanted: u64,
    next_write: Option<Instant>,
}

impl ReadPositions {
    /// The positions as the stream has them.
    pub fn new(confirmed: impl IntoIterator<Item = (UserId, u64)>) -> Self {
        let position = |(user, confirmed)| Position {
            user,
            confirmed,
            wanted: confirmed,
            next_write: None,
        };
        Self(confirmed.into_iter().map(position).collect())
    }

    /// How far a member has read.
    pub fn of(&self, user: UserId) -> u64 {
        self.0
            .iter()
            .find(|position| position.user == user)
            .map_or(0, |position| position.confirmed)
    }

    /// A member has read up to `seq`; lower than before means nothing.
    pub fn want(&mut self, user: UserId, seq: u64) {
        if let Some(position) = self.of_mut(user) {
            position.wanted = position.wanted.max(seq);
        }
    }

    /// The stream has a position; says whether it is news.
    pub fn confirm(&mut self, user: UserId, seq: u64) -> bool {
        let Some(position) = self.of_mut(user) else {
            return false;
        };
        let news = seq > position.confirmed;
        position.confirmed = position.confirmed.max(seq);
        position.wanted = position.wanted.max(seq);
        news
    }

    /// What is to be written now. Whatever is not confirmed after a second is due again.
    pub fn due(&mut self, now: Instant) -> Vec<(UserId, u64)> {
        let due = self.0.iter_mut().filter(|position| {
            position.wanted > position.confirmed && position.next_write.is_none_or(|at| at <= now)
        });
        due.map(|position| {
            position.next_write = Some(now + WRITE_EVERY);
            (position.user, position.wanted)
        })
        .collect()
    }

    /// What the stream does not have yet, due or not: for the last write.
    pub fn unwritten(&self) -> Vec<(UserId, u64)> {
        let ahead = self
            .0
            .iter()
            .filter(|position| position.wanted > position.confirmed);
        ahead
            .map(|position| (position.user, position.wanted))
            .collect()
    }

    /// When something is due next.
    pub fn next_due(&self, now: Instant) -> Option<Instant> {
        let waiting = self
            .0
            .iter()
            .filter(|position| position.wanted > position.confirmed);
        waiting
            .map(|position| position.next_write.unwrap_or(now))
            .min()
    }

    fn of_mut(&mut self, user: UserId) -> Option<&mut Position> {
        self.0.iter_mut().find(|position| position.user == user)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_last_value_of_a_second_is_written_and_never_a_lower_one() {
        let (one, start) = (UserId(Uuid::from_u128(1)), Instant::now());
        let mut reads = ReadPositions::new([(one, 5)]);
        reads.want(one, 3);
        assert_eq!(reads.due(start), [], "already further");
        reads.want(one, 7);
        assert_eq!(reads.due(start), [(one, 7)]);
        assert!(reads.confirm(one, 7));
        reads.want(one, 9);
        reads.want(one, 8);
        assert_eq!(reads.due(start + Duration::from_millis(500)), []);
        assert_eq!(reads.unwritten(), [(one, 9)]);
        assert_eq!(reads.next_due(start), Some(start + WRITE_EVERY));
        assert_eq!(reads.due(start + WRITE_EVERY), [(one, 9)]);
        assert!(reads.confirm(one, 9));
        assert!(!reads.confirm(one, 9), "a repetition is no news");
        assert_eq!(reads.next_due(start), None);
    }

    #[test]
    fn a_lost_write_is_repeated() {
        let (one, start) = (UserId(Uuid::from_u128(1)), Instant::now());
        let mut reads = ReadPositions::new([(one, 0)]);
        reads.want(one, 4);
        assert_eq!(reads.due(start), [(one, 4)]);
        assert_eq!(reads.due(start + WRITE_EVERY), [(one, 4)]);
    }
}
