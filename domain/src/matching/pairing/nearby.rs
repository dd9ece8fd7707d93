//! Whom to score in a large pool: some promising people each, out of those whom the filters allow.

use std::{cmp::Ordering, collections::BTreeMap};

use super::{
    Edge, Policy, Roster, Scorer, Screen,
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

/// What the filters ask of people as a group: minor, gender, wanted genders.
type Kind = (bool, u8, u64);

/// People of one kind, by age.
struct Bucket {
    kind: Kind,
    ranks: Vec<u32>,
    /// What the roster knows of them, copied into this order.
    people: Vec<Person>,
    /// How many are younger than each age; the last entry is all.
    younger: Vec<u32>,
}

/// Somebody seen by somebody.
#[derive(PartialEq)]
struct Sketched {
    sketch: f32,
    /// Decides between equals, otherwise for everybody: else all would look at the same few.
    lot: u64,
    other: u32,
}

/// People of one kind of the ages that somebody wishes.
#[derive(Clone, Copy)]
struct Window<'a> {
    ranks: &'a [u32],
    people: &'a [Person],
}

/// What looking around needs, kept from one person to the next.
#[derive(Default)]
struct Search<'a> {
    tick: u64,
    windows: Vec<Window<'a>>,
    found: Vec<Sketched>,
}

impl Sketched {
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
    let buckets = buckets(roster);
    let mut edges = Vec::with_capacity(roster.len() * policy.k);
    let mut search = Search {
        tick: mixed(tick),
        ..Search::default()
    };
    let mut add = |search: &Search<'_>, rank: u32| {
        let first = edges.len();
        let found = search.found.iter();
        let pairs = found.filter_map(|found| screen.pairable(rank, found.other));
        edges.extend(pairs.filter_map(|pair| terms.edge(pair, scorer.score(pair))));
        if edges.len() > first + policy.k {
            edges[first..].select_nth_unstable_by_key(policy.k, Edge::heavier_first);
            edges.truncate(first + policy.k);
        }
    };
    let mut unlucky = Vec::new();
    for (at, bucket) in buckets.iter().enumerate() {
        let partners = partners_of(bucket, &buckets);
        for (place, (&rank, person)) in bucket.ranks.iter().zip(&bucket.people).enumerate() {
            let saw_all = search.look_around(&partners, rank, person, policy.scored);
            if !saw_all && search.found.len() < policy.scored {
                unlucky.push(Unlucky {
                    found_somebody: !search.found.is_empty(),
                    rank,
                    lot: mixed(search.tick ^ u64::from(rank)),
                    stands: (at, place),
                });
            }
            add(&search, rank);
        }
    }
    for Unlucky {
        stands: (at, place),
        ..
    } in who_looks_at_all(unlucky)
    {
        let bucket = &buckets[at];
        let (rank, person) = (bucket.ranks[place], &bucket.people[place]);
        search.look_at_all(&partners_of(bucket, &buckets), rank, person, policy.scored);
        add(&search, rank);
    }
    edges.sort_unstable_by_key(Edge::heavier_first);
    edges.dedup_by_key(|edge| edge.pair);
    edges
}

impl<'a> Search<'a> {
    /// The best by sketch of a sample of those who may be wanted, into `found`. Says whether the sample is all of them.
    fn look_around(
        &mut self,
        partners: &[&'a Bucket],
        rank: u32,
        person: &Person,
        scored: usize,
    ) -> bool {
        let total = self.begin(partners, person);
        let sample = scored * LOOKED_AT_PER_SCORED;
        if total <= sample {
            self.look_at(0, total, rank, person);
        } else {
            for round in 0..ROUNDS {
                let seed = self.tick ^ (u64::from(rank) << 3 | round);
                for begin in spread(total, sample.div_ceil(SIDE_BY_SIDE), seed) {
                    self.look_at(begin as usize, SIDE_BY_SIDE, rank, person);
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
    fn look_at_all(&mut self, partners: &[&'a Bucket], rank: u32, person: &Person, scored: usize) {
        let total = self.begin(partners, person);
        self.look_at(0, total, rank, person);
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
        self.found.dedup();
    }

    /// Looks at so many people side by side, as if the windows were one circle.
    fn look_at(&mut self, begin: usize, count: usize, rank: u32, person: &Person) {
        let (mut skip, mut left) = (begin, count);
        for window in self.windows.iter().cycle() {
            if left == 0 {
                return;
            }
            let here = window.ranks.len().saturating_sub(skip).min(left);
            let begin = skip.min(window.ranks.len());
            skip -= begin;
            left -= here;
            let seen = begin..begin + here;
            let others = window.ranks[seen.clone()].iter().zip(&window.people[seen]);
            let possible =
                others.filter(|(other, features)| **other != rank && person.may_meet(features));
            self.found
                .extend(possible.map(|(&other, features)| Sketched {
                    sketch: person.sketch(features),
                    lot: mixed(u64::from(rank) << 32 | u64::from(other)),
                    other,
                }));
        }
    }
}

fn buckets(roster: &Roster) -> Vec<Bucket> {
    let mut by_kind: BTreeMap<Kind, Vec<u32>> = BTreeMap::new();
    for (rank, person) in (0u32..).zip(&roster.people) {
        let kind = (person.is_minor, person.gender, person.wanted_genders);
        by_kind.entry(kind).or_default().push(rank);
    }
    let bucket = |(kind, mut ranks): (Kind, Vec<u32>)| {
        let age = |rank: &u32| roster.people[*rank as usize].age;
        ranks.sort_by_key(age);
        let mut younger = vec![0u32; 257];
        for rank in &ranks {
            younger[usize::from(age(rank)) + 1] += 1;
        }
        for next in 1..younger.len() {
            younger[next] += younger[next - 1];
        }
        Bucket {
            kind,
            people: ranks
                .iter()
                .map(|rank| roster.people[*rank as usize])
                .collect(),
            ranks,
            younger,
        }
    };
    by_kind.into_iter().map(bucket).collect()
}

impl Bucket {
    fn aged(&self, (youngest, oldest): (u8, u8)) -> Window<'_> {
        let begin = self.younger[usize::from(youngest)] as usize;
        // Nobody, where the oldest is younger than the youngest.
        let end = (self.younger[usize::from(oldest) + 1] as usize).max(begin);
        Window {
            ranks: &self.ranks[begin..end],
            people: &self.people[begin..end],
        }
    }
}

fn partners_of<'a>(bucket: &Bucket, buckets: &'a [Bucket]) -> Vec<&'a Bucket> {
    let suiting = buckets.iter();
    suiting
        .filter(|other| suits(bucket.kind, other.kind))
        .collect()
}

fn suits((minor, gender, wanted): Kind, (other_minor, other_gender, other_wanted): Kind) -> bool {
    minor == other_minor && wanted >> other_gender & 1 == 1 && other_wanted >> gender & 1 == 1
}
