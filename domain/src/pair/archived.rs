//! A pair as the archive shows it beside what the stream has.

use super::{MutualLike, Pair};

impl Pair {
    /// Whether this, from the stream, holds all that the archived pair says: what they want of each other as it is there,
    /// and of what only grows at least as much.
    pub fn is_archived_as(&self, archived: &Self) -> bool {
        let wishes = |pair: &Self| (pair.likes, pair.blocks);
        wishes(self) == wishes(archived)
            && self.was_mutual_like() == archived.was_mutual_like()
            && (0..2).all(|side| self.reports[side] || !archived.reports[side])
            && self.reveal_level >= archived.reveal_level
            && self.room >= archived.room
            && self.last_met_at >= archived.last_met_at
    }

    /// The archived pair, to be written over what took its place in a stream that had lost it. Its likes and blocks count;
    /// a report, a room, a meeting or a revelation of meanwhile stays.
    #[must_use]
    pub fn put_back_over(self, current: &Self) -> Self {
        Self {
            // It was told when it happened.
            mutual_like: match self.mutual_like {
                MutualLike::Now => MutualLike::Before,
                other => other,
            },
            reports: [0, 1].map(|side| self.reports[side] || current.reports[side]),
            room: self.room.max(current.room),
            reveal_level: self.reveal_level.max(current.reveal_level),
            last_met_at: self.last_met_at.max(current.last_met_at),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        RoomId, Timestamp, UserId,
        pair::{Input, PairKey},
    };

    const ONE: UserId = UserId(Uuid::from_u128(1));
    const OTHER: UserId = UserId(Uuid::from_u128(2));

    fn after(pair: &Pair, input: Input) -> Pair {
        pair.apply(input).unwrap()
    }

    #[test]
    fn a_block_that_the_stream_has_lost_comes_back_and_a_meeting_of_meanwhile_stays() {
        let strangers = Pair::strangers(PairKey::of(ONE, OTHER).unwrap());
        let blocked = after(&strangers, Input::Block { by: ONE, on: true });
        let met = Input::Met {
            room: RoomId(Uuid::from_u128(3)),
            at: Timestamp(5),
        };
        let meanwhile = after(&strangers, met);
        assert!(!meanwhile.is_archived_as(&blocked));
        let put_back = blocked.clone().put_back_over(&meanwhile);
        assert!(put_back.is_blocked() && put_back.last_met_at == Some(Timestamp(5)));
        assert!(
            put_back.is_archived_as(&blocked),
            "it is not put back again"
        );
    }

    #[test]
    fn no_report_is_lost_neither_of_the_archive_nor_of_meanwhile() {
        let strangers = Pair::strangers(PairKey::of(ONE, OTHER).unwrap());
        let archived = after(&strangers, Input::Report { by: ONE });
        let meanwhile = after(&strangers, Input::Report { by: OTHER });
        assert!(!meanwhile.is_archived_as(&archived));
        let put_back = archived.clone().put_back_over(&meanwhile);
        assert_eq!(put_back.reports, [true; 2]);
        assert!(put_back.is_archived_as(&archived));
    }

    #[test]
    fn a_mutual_like_is_put_back_and_not_told_again() {
        let strangers = Pair::strangers(PairKey::of(ONE, OTHER).unwrap());
        let like = |pair: &Pair, by| after(pair, Input::Like { by, on: true });
        let mutual = like(&like(&strangers, ONE), OTHER);
        let put_back = mutual.clone().put_back_over(&strangers);
        assert_eq!(put_back.mutual_like, MutualLike::Before);
        assert!(put_back.is_archived_as(&mutual));
    }
}
