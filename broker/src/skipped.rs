//! Sequences without messages.

use serde::{Deserialize, Serialize};

/// Sequences of messages that the stream has lost, and SQL may have still. Others may stand among them: between two
/// losses, or written while the stream was moved past one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The first one.
    pub first: u64,
    /// The last one.
    pub last: u64,
}

impl Skipped {
    /// One range that covers both, and what stands between them: what was skipped earlier is not forgotten.
    pub(crate) fn joined(self, earlier: Option<Self>) -> Self {
        earlier.map_or(self, |earlier| Self {
            first: earlier.first.min(self.first),
            last: earlier.last.max(self.last),
        })
    }

    /// How far somebody is who has done everything up to `done`, of a stream that had reached `end` before `next` was looked
    /// for: the first message after `done` that is theirs. What was skipped counts as done.
    pub(crate) fn done_over(self, done: u64, end: u64, next: Option<u64>) -> u64 {
        let nothing_up_to = next.map_or(end, |next| next - 1);
        done.max(self.last.min(nothing_up_to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(first: u64, last: u64) -> Skipped {
        Skipped { first, last }
    }

    #[test]
    fn what_was_skipped_counts_as_done_up_to_the_first_that_is_not() {
        let over = |done, end, next| range(51, 80).done_over(done, end, next);
        assert_eq!(over(40, 90, Some(41)), 40);
        assert_eq!(over(50, 90, Some(85)), 80);
        assert_eq!(over(49, 80, None), 80, "50 was deleted");
        assert_eq!(over(50, 90, Some(60)), 59, "written between two fillers");
        assert_eq!(over(50, 64, None), 64, "others may still write before 80");
        assert_eq!(over(90, 90, None), 90);
    }

    #[test]
    fn an_earlier_loss_is_not_forgotten() {
        assert_eq!(range(61, 100).joined(Some(range(51, 80))), range(51, 100));
        assert_eq!(range(61, 100).joined(Some(range(10, 20))), range(10, 100));
        assert_eq!(range(61, 100).joined(None), range(61, 100));
    }
}
