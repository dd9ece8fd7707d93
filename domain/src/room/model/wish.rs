//! What members try, each thing once.

use super::*;

/// Something that a member tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Wish {
    Keep,
    End,
    Extend,
    Leave,
    Come,
    Go,
}

impl Wish {
    pub(super) fn of(self, by: UserId) -> Input {
        let vote = |vote| Input::Vote { by, vote };
        match self {
            Self::Keep => vote(Vote::Keep),
            Self::End => vote(Vote::End),
            Self::Extend => Input::Extend { by },
            Self::Leave => Input::Leave { by },
            Self::Come => Input::Arrived { member: by },
            Self::Go => Input::Departed { member: by },
        }
    }
}

/// Which input it is; who tries it is known by the writer.
pub(super) fn named(input: Input) -> (u8, i64, u32) {
    match input {
        Input::Timer(deadline) => (0, deadline.at.0, deadline.revision),
        Input::Vote { vote, .. } => (1, i64::from(vote == Vote::Keep), 0),
        Input::Extend { .. } => (2, 0, 0),
        Input::Arrived { .. } => (3, 0, 0),
        Input::Departed { .. } => (4, 0, 0),
        Input::Leave { .. } => (5, 0, 0),
        Input::Start { .. } | Input::Block { .. } | Input::Moderate => (6, 0, 0),
    }
}
