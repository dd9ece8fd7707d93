//! Who is paired with whom in one tick.

use std::collections::BTreeSet;

use super::{
    Features, Match, may_meet, score,
    score::{Traits, compatibility},
};
use crate::{TicketId, Timestamp, UserId};

/// How many people one tick looks at, so that a tick's work is bounded (half a million pairs).
pub const POOL_PER_TICK: usize = 1_000;
/// Who has waited this much longer than another outweighs any score, in milliseconds. In between, waiting counts in
/// proportion.
pub const PATIENCE_MS: u32 = 300_000;

/// One person in the pool.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The person.
    pub user: UserId,
    /// The person's ticket.
    pub ticket: TicketId,
    /// When the person joined.
    pub joined_at: Timestamp,
    /// What filters and score read.
    pub features: Features,
}

/// Two people to bring together, as indices into the slice of candidates.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The one who has waited longer.
    pub one: usize,
    /// The other.
    pub other: usize,
    /// What is said of the two.
    pub the_match: Match,
}

/// Two who may meet, as ranks in the order of waiting, and what the pair is worth.
struct Edge {
    value: f64,
    one: usize,
    other: usize,
}

/// Brings people together, the best pairs first (greedy): by score, plus a bonus for the longer waiting time of the two
/// (see [`PATIENCE_MS`]), so that nobody is passed over for ever.
///
/// Nobody is in two proposals, no two who may not meet or are `forbidden` to each other are in one. Equal worth is
/// decided by who joined earlier, then by id; the order of the slice does not matter. A user with several tickets is
/// taken by the oldest one.
///
/// Above [`POOL_PER_TICK`] people, one tick looks at the half of that number who have waited longest, and at as many of
/// the others, whose turn comes round second by second: so neither the oldest nor the many behind them are left out.
/// The work is quadratic in [`POOL_PER_TICK`]: up to half a million pairs. Call it off the async threads.
pub fn pair(
    candidates: &[Candidate],
    forbidden: impl Fn(UserId, UserId) -> bool,
    now: Timestamp,
) -> Vec<Proposal> {
    let considered = considered(candidates, now);
    let mut edges = edges(candidates, &considered, forbidden, now);
    edges.sort_unstable_by(|a, b| {
        let by_value = b.value.total_cmp(&a.value);
        by_value.then((a.one, a.other).cmp(&(b.one, b.other)))
    });
    let mut taken = vec![false; considered.len()];
    let mut proposals = Vec::new();
    for Edge { one, other, .. } in edges {
        if taken[one] || taken[other] {
            continue;
        }
        taken[one] = true;
        taken[other] = true;
        let (one, other) = (considered[one], considered[other]);
        let the_match = score(&candidates[one].features, &candidates[other].features);
        proposals.push(Proposal {
            one,
            other,
            the_match,
        });
    }
    proposals
}

/// The candidates of this tick, as indices, the longest waiting first.
fn considered(candidates: &[Candidate], now: Timestamp) -> Vec<usize> {
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_unstable_by_key(|&index| {
        let candidate = &candidates[index];
        (candidate.joined_at, candidate.ticket, candidate.user)
    });
    let mut seen = BTreeSet::new();
    order.retain(|&index| seen.insert(candidates[index].user));
    if order.len() <= POOL_PER_TICK {
        return order;
    }
    let younger = order.split_off(POOL_PER_TICK / 2);
    let seconds = usize::try_from(now.0.max(0) / 1_000).unwrap_or(0);
    let turns = younger.len().div_ceil(POOL_PER_TICK / 2);
    let in_turn = younger.into_iter().skip(seconds % turns).step_by(turns);
    order.extend(in_turn);
    order
}

fn edges(
    candidates: &[Candidate],
    considered: &[usize],
    forbidden: impl Fn(UserId, UserId) -> bool,
    now: Timestamp,
) -> Vec<Edge> {
    let people: Vec<&Candidate> = considered.iter().map(|&index| &candidates[index]).collect();
    let traits: Vec<Traits<'_>> = people.iter().map(|one| Traits::of(&one.features)).collect();
    let mut edges = Vec::new();
    for (one, person) in people.iter().enumerate() {
        // The first of the two has waited longer: people are in the order of waiting.
        let bonus = waiting_bonus(person.joined_at, now);
        for (other, peer) in people.iter().enumerate().skip(one + 1) {
            let apart = may_meet(&person.features, &peer.features).is_err()
                || forbidden(person.user, peer.user);
            if !apart {
                let value = compatibility(&traits[one], &traits[other]) + bonus;
                edges.push(Edge { value, one, other });
            }
        }
    }
    edges
}

fn waiting_bonus(joined_at: Timestamp, now: Timestamp) -> f64 {
    now.since(joined_at).as_secs_f64() * 1_000.0 / f64::from(PATIENCE_MS)
}
