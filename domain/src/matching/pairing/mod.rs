//! Who is paired with whom in one tick: the roster, the screen of hard filters, the reserve, and two solvers.

mod buckets;
mod exact;
mod fairness;
mod local_search;
mod nearby;
mod options;
mod person;
mod reserve;
mod roster;
mod screen;
mod spread;
#[cfg(test)]
mod tests;
mod unlucky;

use std::time::Duration;

pub use fairness::{Fairness, ScoreBand, Segment, WaitSummary, starving};
pub use person::Packed;
pub use reserve::RecentScores;
pub use roster::Roster;
pub use screen::{Pairable, Screen};

use super::Features;
use crate::{TicketId, Timestamp, UserId};
use reserve::Terms;

/// One person in the pool, with the features or with what lends them: a tick over a large pool copies nobody's.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate<F = Features> {
    /// The person.
    pub user: UserId,
    /// The person's ticket.
    pub ticket: TicketId,
    /// When the person joined.
    pub joined_at: Timestamp,
    /// What filters and score read.
    pub features: F,
}

/// Whatever lends the features of a candidate.
pub trait Described {
    /// What filters and score read.
    fn features(&self) -> &Features;

    /// The same, if it was packed before: it is done for each tick otherwise.
    fn packed(&self) -> Option<&Packed> {
        None
    }
}

impl Described for Features {
    fn features(&self) -> &Features {
        self
    }
}

impl<T: Described> Described for &T {
    fn features(&self) -> &Features {
        (**self).features()
    }

    fn packed(&self) -> Option<&Packed> {
        (**self).packed()
    }
}

/// Two people to bring together, as indices into the slice of candidates.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The one who has waited longer.
    pub one: usize,
    /// The other.
    pub other: usize,
    /// How well they suit each other.
    pub score: f32,
}

/// How well two suit each other, from 0 to 1, the same at each call of a tick.
pub trait Scorer {
    /// The score of a pair that the filters let through, by the ranks of the roster.
    fn score(&self, pair: Pairable) -> f32;

    /// What the person of this rank scores with somebody average, above 0 and up to 1. The reserve asks of a pair to be better
    /// than usual for the two. The same for everybody where nothing is known of people.
    fn usual(&self, _rank: u32) -> f32 {
        1.0
    }
}

impl<F: Fn(Pairable) -> f32> Scorer for F {
    fn score(&self, pair: Pairable) -> f32 {
        self(pair)
    }
}

/// How pairs are chosen. What each number costs and brings: `docs/PAIRING.md`, measured by `make simulate`.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Two newcomers are paired only if their score, against what is usual for the two, is above this share of the recent ones.
    pub reserve_quantile: f32,
    /// Where the longer waiting of the two has waited for so long, any score will do.
    pub reserve_decay: Duration,
    /// Having waited for so long is worth as much as any score can be.
    pub patience: Duration,
    /// Up to so many people the best pairing is found exactly.
    pub exact_up_to: usize,
    /// Above: how many others are scored for each person, and how many of them are kept.
    pub scored: usize,
    /// How many of the scored are kept as edges.
    pub k: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            reserve_quantile: 0.95,
            reserve_decay: Duration::from_secs(24),
            patience: Duration::from_secs(300),
            exact_up_to: 300,
            scored: 16,
            k: 8,
        }
    }
}

/// A pair with its score and with its weight, which waiting adds to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    pair: Pairable,
    score: f32,
    weight: f32,
}

impl Edge {
    /// The two.
    pub fn pair(&self) -> Pairable {
        self.pair
    }

    /// Their score.
    pub fn score(&self) -> f32 {
        self.score
    }

    /// The heaviest first, then by the pair: one number, as hundreds of thousands of edges are put in order each tick. Weights are never
    /// negative, so that their bits have their order.
    fn heavier_first(&self) -> u128 {
        let [one, other] = self.pair.ranks().map(u128::from);
        u128::from(!self.weight.to_bits()) << 64 | one << 32 | other
    }
}

/// The couples of one tick, the longest waiting first. Nobody is in two.
///
/// Up to [`Policy::exact_up_to`] people these are the couples of the greatest total weight; above, a pairing that is
/// good and found in time linear in the people (but for sorting). Deterministic: equal arguments, equal couples. Call it
/// off the async threads.
pub fn couples<F: Fn(UserId, UserId) -> bool>(
    screen: &Screen<'_, F>,
    scorer: &impl Scorer,
    policy: &Policy,
    recent: &mut RecentScores,
    now: Timestamp,
) -> Vec<Edge> {
    let roster = screen.roster();
    recent.observe(screen, scorer, now);
    let terms = Terms::new(roster, scorer, policy, recent, now);
    if roster.len() > policy.exact_up_to {
        let edges = nearby::edges(screen, scorer, policy, &terms, now.0.unsigned_abs());
        return local_search::heavy(roster.len(), &edges);
    }
    let ranks = (0u32..).take(roster.len());
    let pairs = ranks.flat_map(|one| (0..one).filter_map(move |other| screen.pairable(one, other)));
    let edges = pairs.filter_map(|pair| terms.edge(pair, scorer.score(pair)));
    let mut couples = exact::heaviest(roster.len(), edges.collect());
    couples.sort_unstable_by_key(|edge| edge.pair);
    couples
}

/// Brings people together by a score, under a policy; see [`couples`]. `score` and `usual` are those of a [`Scorer`], by indices into the slice.
///
/// No two who may not meet or are `forbidden` to each other are in a proposal. The order of the slice does not matter.
/// A user with several tickets is taken by the oldest one.
pub fn pair<F: Described>(
    candidates: &[Candidate<F>],
    forbidden: impl Fn(UserId, UserId) -> bool,
    score: impl Fn(usize, usize) -> f32,
    usual: impl Fn(usize) -> f32,
    policy: &Policy,
    recent: &mut RecentScores,
    now: Timestamp,
) -> Vec<Proposal> {
    let roster = Roster::of(candidates);
    let scorer = BySource {
        roster: &roster,
        score,
        usual,
    };
    let screen = Screen::new(&roster, forbidden);
    let couples = couples(&screen, &scorer, policy, recent, now);
    let proposal = |edge: Edge| {
        let [one, other] = edge.pair.ranks().map(|rank| roster.source(rank));
        Proposal {
            one,
            other,
            score: edge.score,
        }
    };
    couples.into_iter().map(proposal).collect()
}

/// A scorer that knows people by their places in the slice of candidates.
struct BySource<'a, S, U> {
    roster: &'a Roster,
    score: S,
    usual: U,
}

impl<S: Fn(usize, usize) -> f32, U: Fn(usize) -> f32> Scorer for BySource<'_, S, U> {
    fn score(&self, pair: Pairable) -> f32 {
        let [one, other] = pair.ranks().map(|rank| self.roster.source(rank));
        (self.score)(one, other)
    }

    fn usual(&self, rank: u32) -> f32 {
        (self.usual)(self.roster.source(rank))
    }
}
