//! How clearly an avatar is seen.

/// One of the three pictures that are made of an avatar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AvatarLevel {
    /// Colours and hardly a shape.
    Blurred,
    /// Shapes without features.
    Soft,
    /// As it is.
    Clear,
}

impl AvatarLevel {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Blurred, Self::Soft, Self::Clear];

    /// What a peer sees at this reveal level of the pair (see [`Pair`](crate::pair::Pair)).
    pub fn of_reveal(level: u8) -> Self {
        match level {
            0 => Self::Blurred,
            1 => Self::Soft,
            _ => Self::Clear,
        }
    }

    /// Its name in the storage and in entity tags.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blurred => "blurred",
            Self::Soft => "soft",
            Self::Clear => "clear",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_sees_more_than_the_pair_has_revealed() {
        let seen = [0, 1, 2, 3, u8::MAX].map(AvatarLevel::of_reveal);
        use AvatarLevel::{Blurred, Clear, Soft};
        assert_eq!(seen, [Blurred, Soft, Clear, Clear, Clear]);
    }
}
