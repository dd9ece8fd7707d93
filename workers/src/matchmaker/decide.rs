//! Whom a tick wants to bring together: the pure part, off the async threads.

use std::time::{Duration, Instant};

use domain::{
    Timestamp, UserId,
    matching::{
        self, Candidate, Policy, RecentScores, Side,
        pairing::{Roster, Screen, starving},
    },
    pair::PairKey,
    ticket::Ticket,
};

use super::{
    Matchmaker,
    claims::Intent,
    pool::{People, Pool, Snapshot, Waiting},
    scores::Scores,
};

/// How often it is counted who starves.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// What a tick leaves for the next one.
#[derive(Debug)]
pub(super) struct Memory {
    /// What the pool has lately had to offer.
    recent: RecentScores,
    scores: Scores,
    looked_at: Timestamp,
}

/// What a tick decides.
pub(super) struct Decided {
    couples: Vec<Couple>,
    /// How many starve, where this tick has looked.
    starving: Option<usize>,
}

/// Two whom a tick wants to bring together, as it has seen them.
pub(super) struct Couple {
    users: [UserId; 2],
    /// Of the tickets that the tick has looked at.
    seqs: [u64; 2],
}

impl Memory {
    pub(super) fn new(scores: Scores) -> Self {
        Self {
            recent: RecentScores::default(),
            scores,
            looked_at: Timestamp::default(),
        }
    }

    fn decide(&mut self, snapshot: &Snapshot, starves_after: Duration, now: Timestamp) -> Decided {
        let People {
            candidates,
            learned,
            apart,
        } = &snapshot.people();
        self.scores.follow(snapshot.model.as_ref());
        self.scores.prepare(candidates, learned);
        let people = self.scores.in_order(candidates);
        let forbidden = |one, other| PairKey::of(one, other).is_none_or(|key| apart.contains(&key));
        #[expect(clippy::cast_possible_truncation, reason = "a probability")]
        let score = |one: usize, other: usize| self.scores.score(people[one], people[other]) as f32;
        #[expect(clippy::cast_possible_truncation, reason = "a probability")]
        let usual = |one: usize| people[one].usual() as f32;
        let (policy, recent) = (Policy::default(), &mut self.recent);
        let proposals = matching::pair(candidates, forbidden, score, usual, &policy, recent, now);
        let couples = proposals.into_iter().map(|proposal| {
            let places = [proposal.one, proposal.other];
            Couple {
                users: places.map(|place| candidates[place].user),
                seqs: places.map(|place| learned[place].seq),
            }
        });
        let couples = couples.collect();
        let looks = now.since(self.looked_at) >= LOOK_EVERY;
        let starving = looks.then(|| {
            self.looked_at = now;
            // Among themselves: who has waited as long and may be met should have been met.
            let is_overdue = |one: &&Candidate<&Waiting>| now.since(one.joined_at) > starves_after;
            let overdue: Vec<&Candidate<&Waiting>> = candidates.iter().filter(is_overdue).collect();
            let roster = Roster::of(&overdue);
            starving(&Screen::new(&roster, forbidden), now, starves_after)
        });
        Decided { couples, starving }
    }
}

impl Matchmaker {
    /// Whom this tick wants to bring together; `None` where the view does not say enough.
    pub(super) async fn decide(&self) -> Option<Vec<Couple>> {
        let now = self.broker.clock().now();
        let snapshot = {
            let mut pool = self.pool();
            pool.is_complete().then(|| pool.snapshot(now))?
        };
        let mut memory = self.memory().take()?;
        let starves_after = self.starves_after;
        let begun = Instant::now();
        let decided = tokio::task::spawn_blocking(move || {
            let decided = memory.decide(&snapshot, starves_after, now);
            (decided, memory)
        });
        let decided = match decided.await {
            Ok((decided, memory)) => {
                *self.memory() = Some(memory);
                metrics::histogram!("webchat_match_pairing_seconds")
                    .record(begun.elapsed().as_secs_f64());
                decided
            }
            Err(error) => {
                tracing::error!(%error, "the pairing ended unexpectedly");
                self.remember_nothing();
                return None;
            }
        };
        if let Some(starving) = decided.starving {
            self.watched.starve(starving, starves_after);
        }
        Some(decided.couples)
    }

    /// What is said of each couple that can still be brought together. It is made for some couples at a time, as nothing else
    /// happens meanwhile.
    pub(super) fn intents(&self, couples: &[Couple]) -> Vec<Intent> {
        let now = self.broker.clock().now();
        let tickets: Vec<[Waiting; 2]> = {
            let mut pool = self.pool();
            pool.grow_older(now);
            let tickets = couples.iter().map(|couple| as_seen(&pool, couple, now));
            tickets.flatten().collect()
        };
        let intents = tickets.into_iter().map(|tickets| self.intent(tickets));
        intents.collect()
    }

    fn intent(&self, tickets: [Waiting; 2]) -> Intent {
        let features = [0, 1].map(|side: usize| &tickets[side].ticket.features);
        let (score, parts) = self.told_scores.of(features);
        let [one, other] = [0, 1].map(|side: usize| side_of(&tickets[side].ticket));
        Intent {
            the_match: matching::explain(one, other, score, &parts),
            tickets,
        }
    }
}

fn side_of(ticket: &Ticket) -> Side<'_> {
    Side {
        ticket: ticket.id,
        features: &ticket.features,
        words: ticket.words.as_ref(),
        bio: ticket.bio.as_ref(),
    }
}

/// Nothing where one of the two has left or wishes something else than when the tick looked, or where they may not meet any
/// more, for a birthday, say: the filters have seen other tickets than those that would be claimed. The next tick looks again.
fn as_seen(pool: &Pool, couple: &Couple, now: Timestamp) -> Option<[Waiting; 2]> {
    let waiting = |side: usize| {
        let waiting = pool.waiting(couple.users[side])?;
        (waiting.seq == couple.seqs[side]).then_some(waiting)
    };
    let (one, other) = (waiting(0)?, waiting(1)?);
    let pair = PairKey::of(couple.users[0], couple.users[1])?;
    if pool.apart.holds(pair, now) {
        return None;
    }
    matching::may_meet(&one.ticket.features, &other.ticket.features).ok()?;
    Some([one.clone(), other.clone()])
}

#[cfg(test)]
mod tests;
