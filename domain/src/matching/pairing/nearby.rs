//! Whom to score in a large pool: some promising people each, out of those whom the filters allow.

use std::{cmp::Ordering, collections::BTreeMap};

use super::{
    Edge, Policy, Roster, Scorer, Screen,
    reserve::Terms,
    spread::{mixed, spread},
};
use crate::UserId;

/// How many people one looks at, for each one that is scored.
const LOOKED_AT_PER_SCORED: usize = 4;
/// How often one looks again where too few were found that want one, too.
const ROUNDS: u64 = 8;

/// What the filters ask of people as a group: minor, gender, wanted genders.
type Kind = (bool, u8, u64);

/// People of one kind, by age.
struct Bucket {
    kind: Kind,
    ranks: Vec<u32>,
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

impl Sketched {
    fn of(roster: &Roster, rank: u32, other: u32) -> Self {
        Self {
            sketch: roster.people[rank as usize].sketch(&roster.people[other as usize]),
            lot: mixed(u64::from(rank) << 32 | u64::from(other)),
            other,
        }
    }

    fn better_first(one: &Self, other: &Self) -> Ordering {
        let by_sketch = other.sketch.total_cmp(&one.sketch);
        by_sketch.then(one.lot.cmp(&other.lot))
    }
}

/// The edges of the pool's sparse graph: to each person the `policy.k` best of `policy.scored` that were scored.
pub(super) fn edges<F: Fn(UserId, UserId) -> bool>(
    screen: &Screen<'_, F>,
    scorer: &impl Scorer,
    policy: &Policy,
    terms: &Terms<'_>,
) -> Vec<Edge> {
    let roster = screen.roster();
    let buckets = buckets(roster);
    let mut edges = Vec::with_capacity(roster.len() * policy.k);
    let mut found = Vec::new();
    for bucket in &buckets {
        let partners: Vec<&Bucket> = buckets
            .iter()
            .filter(|other| suits(bucket.kind, other.kind))
            .collect();
        for &rank in &bucket.ranks {
            look_around(screen, &partners, rank, policy.scored, &mut found);
            let first = edges.len();
            let pairs = found
                .iter()
                .filter_map(|found| screen.pairable(rank, found.other));
            edges.extend(pairs.filter_map(|pair| terms.edge(pair, scorer.score(pair))));
            if edges.len() > first + policy.k {
                edges[first..].select_nth_unstable_by(policy.k, Edge::heavier_first);
                edges.truncate(first + policy.k);
            }
        }
    }
    edges.sort_unstable_by(Edge::heavier_first);
    edges.dedup_by_key(|edge| edge.pair);
    edges
}

/// The best by sketch of a sample of those who may be wanted, into `found`.
fn look_around<F: Fn(UserId, UserId) -> bool>(
    screen: &Screen<'_, F>,
    partners: &[&Bucket],
    rank: u32,
    scored: usize,
    found: &mut Vec<Sketched>,
) {
    let roster = screen.roster();
    let (youngest, oldest) = roster.people[rank as usize].wanted_ages;
    let windows: Vec<&[u32]> = partners
        .iter()
        .map(|bucket| bucket.aged(youngest, oldest))
        .filter(|window| !window.is_empty())
        .collect();
    let total: usize = windows.iter().map(|window| window.len()).sum();
    found.clear();
    let sample = scored * LOOKED_AT_PER_SCORED;
    for round in 0..ROUNDS {
        let seed = u64::from(rank) << 3 | round;
        let mut at = Cursor::new(&windows);
        for position in spread(total, sample, seed) {
            let Some(other) = at.seek(position as usize) else {
                continue;
            };
            if other != rank && screen.wishes_allow(rank, other) {
                found.push(Sketched::of(roster, rank, other));
            }
        }
        if found.len() >= scored || total <= sample {
            break;
        }
    }
    if found.len() > scored {
        found.select_nth_unstable_by(scored, Sketched::better_first);
        found.truncate(scored);
    }
    found.sort_unstable_by(Sketched::better_first);
    found.dedup();
}

/// Walks several slices as if they were one. Positions mostly ascend.
struct Cursor<'a> {
    slices: &'a [&'a [u32]],
    slice: usize,
    begin: usize,
}

impl<'a> Cursor<'a> {
    fn new(slices: &'a [&'a [u32]]) -> Self {
        Self {
            slices,
            slice: 0,
            begin: 0,
        }
    }

    fn seek(&mut self, position: usize) -> Option<u32> {
        if position < self.begin {
            (self.slice, self.begin) = (0, 0);
        }
        loop {
            let slice = self.slices.get(self.slice)?;
            if let Some(rank) = slice.get(position - self.begin) {
                return Some(*rank);
            }
            self.begin += slice.len();
            self.slice += 1;
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
            ranks,
            younger,
        }
    };
    by_kind.into_iter().map(bucket).collect()
}

impl Bucket {
    fn aged(&self, youngest: u8, oldest: u8) -> &[u32] {
        let begin = self.younger[usize::from(youngest)] as usize;
        let end = self.younger[usize::from(oldest) + 1] as usize;
        self.ranks.get(begin..end).unwrap_or_default()
    }
}

fn suits((minor, gender, wanted): Kind, (other_minor, other_gender, other_wanted): Kind) -> bool {
    minor == other_minor && wanted >> other_gender & 1 == 1 && other_wanted >> gender & 1 == 1
}
