//! What a pair must be worth at least: high for newcomers, nothing for who has waited. It is asked of the score against what
//! is usual for the two: else those whom all like would be gone at once, and the others wait in vain for a score that they
//! never reach.

use std::{collections::VecDeque, time::Duration};

use super::{Edge, Pairable, Policy, Roster, Scorer, Screen, spread::spread};
use crate::{Timestamp, UserId};

/// How many of the newest scores are kept.
const NEWEST: usize = 512;
/// From so many scores on, over so long a time, they say what may still come. A burst after a quiet time is therefore
/// paired at once.
const ENOUGH: usize = 40;
const OBSERVED_FOR: Duration = Duration::from_secs(60);
/// Scores older than this say nothing of who comes now.
const STALE_AFTER: Duration = Duration::from_secs(900);
/// With how many others a newcomer is scored for this, at the most, and how many newcomers a tick looks at.
const SAMPLES_PER_NEWCOMER: usize = 8;
const NEWCOMERS_PER_TICK: usize = 64;

/// The newest scores of the pool, each against what is usual for the two, whatever came of them. Kept from tick to tick by the caller; empty after a start.
#[derive(Debug, Default)]
pub struct RecentScores {
    scores: VecDeque<(Timestamp, f32)>,
    /// Since when scores come without a long pause.
    since: Timestamp,
    last_tick: Option<Timestamp>,
}

impl RecentScores {
    /// Scores those who came since the last tick with some of the others: what the pool has to offer, unbiased by who
    /// stays in it.
    pub(super) fn observe<F: Fn(UserId, UserId) -> bool>(
        &mut self,
        screen: &Screen<'_, F>,
        scorer: &impl Scorer,
        now: Timestamp,
    ) {
        let roster = screen.roster();
        let since = self.last_tick.replace(now).unwrap_or(now);
        let first_new = roster.joined_at.partition_point(|joined| *joined <= since);
        let newcomers = (0u32..).take(roster.len()).skip(first_new);
        for newcomer in newcomers.take(NEWCOMERS_PER_TICK) {
            let others = spread(roster.len(), SAMPLES_PER_NEWCOMER, u64::from(newcomer));
            for pair in others.filter_map(|other| screen.pairable(newcomer, other)) {
                let usual = pair.ranks().map(|rank| root_of_usual(scorer, rank));
                self.add(now, scorer.score(pair) / (usual[0] * usual[1]));
            }
        }
    }

    fn add(&mut self, at: Timestamp, score: f32) {
        if !score.is_finite() {
            return;
        }
        let newest = self.scores.back().map(|(newest, _)| *newest);
        if newest.is_none_or(|newest| at.since(newest) >= STALE_AFTER) {
            self.since = at;
        }
        if self.scores.len() == NEWEST {
            self.scores.pop_front();
        }
        self.scores.push_back((at, score));
    }

    /// The score that this share of the newest scores does not reach; zero where too little is known.
    pub fn quantile(&self, share: f32, now: Timestamp) -> f32 {
        let fresh = self
            .scores
            .iter()
            .filter(|(at, _)| now.since(*at) < STALE_AFTER);
        let mut scores: Vec<f32> = fresh.map(|(_, score)| *score).collect();
        if scores.len() < ENOUGH || now.since(self.since) < OBSERVED_FOR {
            return 0.0;
        }
        let last = scores.len() - 1;
        // A share of at most 512 items.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss
        )]
        let index = (share.clamp(0.0, 1.0) * last as f32).round() as usize;
        *scores
            .select_nth_unstable_by(index.min(last), f32::total_cmp)
            .1
    }
}

/// The reserve of one tick, and what waiting adds.
pub(super) struct Terms {
    /// By rank.
    of_each: Vec<Term>,
    reserve: f32,
    decay_secs: f32,
    age_weight: f32,
}

/// What the terms are of one person: together, as they are read together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Term {
    /// For how many seconds the person has waited.
    waited: f32,
    /// The root of what the person usually scores: two of them make what is usual for a pair.
    usual: f32,
}

impl Terms {
    pub(super) fn new(
        roster: &Roster,
        scorer: &impl Scorer,
        policy: &Policy,
        recent: &RecentScores,
        now: Timestamp,
    ) -> Self {
        let term = |rank| Term {
            waited: roster.waited_secs(rank, now),
            usual: root_of_usual(scorer, rank),
        };
        Self {
            of_each: (0u32..).take(roster.len()).map(term).collect(),
            reserve: recent.quantile(policy.reserve_quantile, now),
            decay_secs: policy.reserve_decay.as_secs_f32().max(f32::MIN_POSITIVE),
            age_weight: 1.0 / policy.patience.as_secs_f32().max(1.0),
        }
    }

    /// Of the person of this rank.
    pub(super) fn of(&self, rank: u32) -> Term {
        self.of_each[rank as usize]
    }

    /// The pair with its weight; `None` where its score, against what is usual for the two, does not reach the reserve.
    ///
    /// The reserve falls with the square of the waiting time of the longer waiting one. The weight is the score, plus what both
    /// have waited, as shares of the patience. A score that is no number counts as nothing.
    pub(super) fn edge(&self, pair: Pairable, score: f32) -> Option<Edge> {
        self.edge_as(pair, score, pair.ranks().map(|rank| self.of(rank)))
    }

    /// The same, given the terms of both, in the order of the pair.
    #[inline]
    pub(super) fn edge_as(
        &self,
        pair: Pairable,
        score: f32,
        [one, other]: [Term; 2],
    ) -> Option<Edge> {
        let score = if score.is_finite() {
            score.clamp(0.0, 1.0)
        } else {
            0.0
        };
        let left = 1.0 - (one.waited.max(other.waited) / self.decay_secs).powi(2);
        if score < self.reserve * left.max(0.0) * one.usual * other.usual {
            return None;
        }
        // The floor makes a pair that scores nothing better than no pair.
        let weight = score + (one.waited + other.waited) * self.age_weight + 1e-4;
        Some(Edge {
            pair,
            score,
            weight,
        })
    }
}

/// Nobody is so little liked that any score would do at once.
const LEAST_USUAL: f32 = 1e-3;

fn root_of_usual(scorer: &impl Scorer, rank: u32) -> f32 {
    let usual = scorer.usual(rank);
    let usual = if usual.is_finite() { usual } else { 1.0 };
    usual.clamp(LEAST_USUAL, 1.0).sqrt()
}
