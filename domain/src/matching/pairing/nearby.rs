//! Whom to score in a large pool: some promising people each, out of those whom the filters allow.

use std::cmp::Ordering;

use super::{
    Edge, Policy, Scorer, Screen,
    buckets::{Bucket, Somebody, Window, buckets, partners_of},
    person::Person,
    reserve::Terms,
    spread::{mixed, spread},
    unlucky::{Unlucky, who_looks_at_all},
};
use crate::UserId;

/// How many people one looks at, for each one that is scored.
const LOOKED_AT_PER_SCORED: usize = 4;
/// How many of them stand side by side: whom the processor fetches together.
const SIDE_BY_SIDE: usize = 8;
/// How often one looks again where too few were found that want one, too.
const ROUNDS: u64 = 8;

/// Somebody seen by somebody.
struct Sketched<'a> {
    sketch: f32,
    /// Decides between equals, otherwise for everybody: else all would look at the same few.
    lot: u64,
    other: Somebody<'a>,
}

/// What looking around needs, kept from one person to the next.
#[derive(Default)]
struct Search<'a> {
    tick: u64,
    windows: Vec<Window<'a>>,
    found: Vec<Sketched<'a>>,
}

impl Sketched<'_> {
    fn better_first(one: &Self, other: &Self) -> Ordering {
        let by_sketch = other.sketch.total_cmp(&one.sketch);
        by_sketch.then(one.lot.cmp(&other.lot))
    }
}

/// The edges of the pool's sparse graph: to each person the `policy.k` best of `policy.scored` that were scored. Each `tick`
/// looks at others.
pub(super) fn edges<F: Fn(UserId, UserId) -> bool>(
    screen: &Screen<'_, F>,
    scorer: &impl Scorer,
    policy: &Policy,
    terms: &Terms,
    tick: u64,
) -> Vec<Edge> {
    let roster = screen.roster();
    let buckets = buckets(roster, terms);
    let mut edges = Vec::with_capacity(roster.len() * policy.k);
    let mut search = Search {
        tick: mixed(tick),
        ..Search::default()
    };
    let mut add = |search: &Search<'_>, one: Somebody<'_>| {
        let first = edges.len();
        let edge = |found: &Sketched<'_>| {
            let other = found.other;
            let pair = screen.pairable_as((one.rank, one.person), (other.rank, other.person))?;
            let mut of_both = [one.term, other.term];
            if other.rank < one.rank {
                of_both.reverse();
            }
            terms.edge_as(pair, scorer.score(pair), of_both)
        };
        edges.extend(search.found.iter().filter_map(edge));
        if edges.len() > first + policy.k {
            edges[first..].select_nth_unstable_by_key(policy.k, Edge::heavier_first);
            edges.truncate(first + policy.k);
        }
    };
    let mut unlucky = Vec::new();
    for (at, bucket) in buckets.iter().enumerate() {
        let partners = partners_of(bucket, &buckets);
        for place in 0..bucket.ranks.len() {
            let one = bucket.somebody(place);
            let saw_all = search.look_around(&partners, one, policy.scored);
            if !saw_all && search.found.len() < policy.scored {
                unlucky.push(Unlucky {
                    found_somebody: !search.found.is_empty(),
                    rank: one.rank,
                    lot: mixed(search.tick ^ u64::from(one.rank)),
                    stands: (at, place),
                });
            }
            add(&search, one);
        }
    }
    for Unlucky {
        stands: (at, place),
        ..
    } in who_looks_at_all(unlucky)
    {
        let bucket = &buckets[at];
        let one = bucket.somebody(place);
        search.look_at_all(&partners_of(bucket, &buckets), one, policy.scored);
        add(&search, one);
    }
    edges.sort_unstable_by_key(Edge::heavier_first);
    edges.dedup_by_key(|edge| edge.pair);
    edges
}

impl<'a> Search<'a> {
    /// The best by sketch of a sample of those who may be wanted, into `found`. Says whether the sample is all of them.
    fn look_around(&mut self, partners: &[&'a Bucket], one: Somebody<'_>, scored: usize) -> bool {
        let total = self.begin(partners, one.person);
        let sample = scored * LOOKED_AT_PER_SCORED;
        if total <= sample {
            self.look_at(0, total, one);
        } else {
            for round in 0..ROUNDS {
                let seed = self.tick ^ (u64::from(one.rank) << 3 | round);
                for begin in spread(total, sample.div_ceil(SIDE_BY_SIDE), seed) {
                    self.look_at(begin as usize, SIDE_BY_SIDE, one);
                }
                if self.found.len() >= scored {
                    break;
                }
            }
        }
        self.keep_best(scored);
        total <= sample
    }

    /// The best by sketch of all who may be wanted, into `found`.
    fn look_at_all(&mut self, partners: &[&'a Bucket], one: Somebody<'_>, scored: usize) {
        let total = self.begin(partners, one.person);
        self.look_at(0, total, one);
        self.keep_best(scored);
    }

    /// Nobody is found yet among those of the wished kinds and ages. Says how many they are.
    fn begin(&mut self, partners: &[&'a Bucket], person: &Person) -> usize {
        let wished = partners
            .iter()
            .map(|bucket| bucket.aged(person.wanted_ages));
        self.windows.clear();
        self.windows
            .extend(wished.filter(|window| !window.ranks.is_empty()));
        self.found.clear();
        self.windows.iter().map(|window| window.ranks.len()).sum()
    }

    fn keep_best(&mut self, scored: usize) {
        if self.found.len() > scored {
            self.found
                .select_nth_unstable_by(scored, Sketched::better_first);
            self.found.truncate(scored);
        }
        self.found.sort_unstable_by(Sketched::better_first);
        self.found.dedup_by_key(|found| found.other.rank);
    }

    /// Looks at so many people side by side, as if the windows were one circle.
    fn look_at(&mut self, begin: usize, count: usize, one: Somebody<'_>) {
        let (mut skip, mut left) = (begin, count);
        for window in self.windows.iter().cycle() {
            if left == 0 {
                return;
            }
            let here = window.ranks.len().saturating_sub(skip).min(left);
            let begin = skip.min(window.ranks.len());
            skip -= begin;
            left -= here;
            let others = (begin..begin + here).map(|place| window.somebody(place));
            let possible =
                others.filter(|other| other.rank != one.rank && one.person.may_meet(other.person));
            self.found.extend(possible.map(|other| Sketched {
                sketch: one.person.sketch(other.person),
                lot: mixed(u64::from(one.rank) << 32 | u64::from(other.rank)),
                other,
            }));
        }
    }
}
