//! How far a room's messages have been handed on, without a gap.

/// The sequence of the room's newest message that was handed on; everything before it was, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position(u64);

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
        Self(seq)
    }

    /// The sequence of the newest message; 0 where there is none.
    pub fn last_seq(self) -> u64 {
        self.0
    }

    /// Judges a copy by its sequence and that of the subject's message before it (0 where the stream has none).
    pub fn judge(self, seq: u64, previous: u64) -> Seen {
        match seq {
            _ if seq <= self.0 => Seen::Repeat,
            _ if previous > self.0 => Seen::Gap,
            _ => Seen::Next,
        }
    }

    /// Moves on to a message, and says which one came before it.
    pub fn advance(&mut self, seq: u64) -> u64 {
        let before = self.0;
        self.0 = before.max(seq);
        before
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
    fn moving_on_names_the_message_before() {
        let mut position = Position::after(10);
        assert_eq!(position.advance(14), 10);
        assert_eq!(position.advance(15), 14);
        assert_eq!(position.last_seq(), 15);
    }
}
