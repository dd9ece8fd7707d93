//! How far a room's messages have been handed on, without a gap.

/// How far the room's messages were handed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// Everything up to here was handed on, or cannot be read by anybody.
    handled: u64,
    /// The newest message that was handed on.
    newest: u64,
}

/// What a live copy means at a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// It was handed on already.
    Repeat,
    /// It is the next one.
    Next,
    /// Something before it did not come: read the stream.
    Gap,
}

impl Position {
    /// After the message with this sequence; 0: before the first.
    pub fn after(seq: u64) -> Self {
        Self {
            handled: seq,
            newest: seq,
        }
    }

    /// The sequence of the newest message; 0 where there is none.
    pub fn last_seq(self) -> u64 {
        self.newest
    }

    /// Everything up to here needs no more looking at.
    pub fn handled(self) -> u64 {
        self.handled
    }

    /// Judges a copy by its sequence and that of the subject's message before it (0 where the stream has none).
    pub fn judge(self, seq: u64, previous: u64) -> Seen {
        match seq {
            _ if seq <= self.handled => Seen::Repeat,
            _ if previous > self.handled => Seen::Gap,
            _ => Seen::Next,
        }
    }

    /// Moves on to a message, and says which one came before it.
    pub fn advance(&mut self, seq: u64) -> u64 {
        let before = self.newest;
        self.newest = before.max(seq);
        self.pass(seq);
        before
    }

    /// Moves past something that cannot be read: to the clients it was never there.
    pub fn pass(&mut self, seq: u64) {
        self.handled = self.handled.max(seq);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_next_repeated_or_after_a_gap() {
        let at_ten = Position::after(10);
        assert_eq!(at_ten.judge(10, 7), Seen::Repeat);
        assert_eq!(at_ten.judge(7, 0), Seen::Repeat);
        assert_eq!(at_ten.judge(14, 10), Seen::Next);
        assert_eq!(at_ten.judge(14, 12), Seen::Gap);
        assert_eq!(
            at_ten.judge(14, 0),
            Seen::Next,
            "the earlier ones have aged out"
        );
        assert_eq!(Position::default().judge(3, 0), Seen::Next);
        assert_eq!(Position::default().judge(3, 2), Seen::Gap);
    }

    #[test]
    fn what_cannot_be_read_leaves_no_hole() {
        let mut position = Position::after(10);
        position.pass(12);
        assert_eq!(position.last_seq(), 10);
        assert_eq!(position.judge(12, 10), Seen::Repeat);
        assert_eq!(position.judge(14, 12), Seen::Next);
        assert_eq!(position.advance(14), 10);
    }

    #[test]
    fn moving_on_names_the_message_before() {
        let mut position = Position::after(10);
        assert_eq!(position.advance(14), 10);
        assert_eq!(position.advance(15), 14);
        assert_eq!(position.last_seq(), 15);
    }
}
