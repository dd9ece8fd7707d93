//! Who of a large pool looks at everybody, having found too few in samples: whose language few speak, say.

/// So many do in one tick; others do in another.
const LOOK_AT_ALL: usize = 64;
/// So many of them because they have waited longest, the others by lot: those who truly have nobody wait longest, and do not
/// take all the places.
const BY_WAITING: usize = LOOK_AT_ALL / 2;

/// Somebody who found too few.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unlucky {
    /// Whoever found anybody may be matched without a closer look.
    pub(super) found_somebody: bool,
    /// The order of waiting.
    pub(super) rank: u32,
    /// Another one in each tick.
    pub(super) lot: u64,
    /// The bucket and the place in it.
    pub(super) stands: (usize, usize),
}

/// Those who look at everybody now. Whoever found nobody goes before those who found some.
pub(super) fn who_looks_at_all(mut unlucky: Vec<Unlucky>) -> Vec<Unlucky> {
    if unlucky.len() <= LOOK_AT_ALL {
        return unlucky;
    }
    unlucky.select_nth_unstable_by_key(BY_WAITING, |one| (one.found_somebody, one.rank));
    unlucky[BY_WAITING..].select_nth_unstable_by_key(LOOK_AT_ALL - BY_WAITING, |one| {
        (one.found_somebody, one.lot)
    });
    unlucky.truncate(LOOK_AT_ALL);
    unlucky
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{super::spread::mixed, *};

    fn unlucky(ranks: std::ops::Range<u32>, found_somebody: bool, tick: u64) -> Vec<Unlucky> {
        let one = |rank| Unlucky {
            found_somebody,
            rank,
            lot: mixed(mixed(tick) ^ u64::from(rank)),
            stands: (0, rank as usize),
        };
        ranks.map(one).collect()
    }

    fn ranks(chosen: &[Unlucky]) -> BTreeSet<u32> {
        chosen.iter().map(|one| one.rank).collect()
    }

    #[test]
    fn half_of_the_places_go_to_those_who_have_waited_longest() {
        let mut all = unlucky(0..1_000, false, 1);
        all.reverse();
        let chosen = ranks(&who_looks_at_all(all));
        assert_eq!(chosen.len(), LOOK_AT_ALL);
        assert!((0..32).all(|rank| chosen.contains(&rank)), "{chosen:?}");
    }

    #[test]
    fn the_other_half_goes_by_lot_so_that_nobody_is_left_out_for_good() {
        let chosen =
            (0..400).flat_map(|tick| ranks(&who_looks_at_all(unlucky(0..1_000, false, tick))));
        assert_eq!(chosen.collect::<BTreeSet<_>>().len(), 1_000);
    }

    #[test]
    fn whoever_found_nobody_goes_before_those_who_found_some() {
        let mut all = unlucky(0..1_000, true, 1);
        all.extend(unlucky(1_000..1_040, false, 1));
        let chosen = ranks(&who_looks_at_all(all));
        assert!(
            (1_000..1_040).all(|rank| chosen.contains(&rank)),
            "{chosen:?}"
        );
        assert_eq!(chosen.len(), LOOK_AT_ALL);
    }

    #[test]
    fn where_there_are_places_for_all_nobody_is_left_out() {
        assert_eq!(who_looks_at_all(unlucky(0..64, true, 1)).len(), 64);
    }
}
