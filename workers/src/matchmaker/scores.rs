//! How well the waiting suit each other, by the weights that were last learned. Pure.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use contract::life::PublishedModel;
use domain::{
    UserId,
    matching::{
        Candidate, Described, Features,
        model::{Parts, PersonBeliefs, Prepared, Prior, Scoring, StoredFault},
    },
    ticket::Ticket,
};
use hashbrown::{HashMap, HashSet};

/// How many people of a tick are prepared anew because the weights have moved a little. Whoever is new is prepared always.
const FOLLOW_AT_ONCE: usize = 2_000;
/// Beyond it a mean changes no probability, and neither means nor variances are learned that come near it.
const BELIEVED_AT_MOST: f64 = 1_000.0;

/// What a tick knows of one ticket besides the candidate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Learned {
    /// The sequence of the ticket's event: another one may say something else.
    pub(super) seq: u64,
    /// What was learned of the person when the ticket was written.
    pub(super) beliefs: Option<PersonBeliefs>,
}

impl Learned {
    /// What this event of a ticket says.
    pub(super) fn of(ticket: &Ticket, seq: u64) -> Self {
        Self {
            seq,
            beliefs: ticket.learned,
        }
    }

    /// Whether a probability can be made of it. Otherwise the person counts as somebody of whom nothing was learned.
    pub(super) fn is_usable(&self) -> bool {
        self.beliefs
            .is_none_or(|PersonBeliefs { generosity, appeal }| {
                [generosity, appeal].iter().all(|belief| {
                    belief.mean.abs() <= BELIEVED_AT_MOST
                        && (0.0..=BELIEVED_AT_MOST).contains(&belief.variance)
                })
            })
    }
}

/// What two people are told of how well they suit each other: by both profiles and the shipped weights. What was learned of either,
/// and the weights that are learned, move with each answer, and answers are private.
#[derive(Debug)]
pub(super) struct ToldScores(Scoring);

impl ToldScores {
    /// # Errors
    /// The shipped weights cannot be used.
    pub(super) fn new(prior: &Prior) -> Result<Self, StoredFault> {
        Ok(Self(Scoring::new(prior, None)?))
    }

    /// The score of the two, and what it is made of. Costs as much as preparing both.
    pub(super) fn of(&self, features: [&Features; 2]) -> (f64, Parts) {
        let [one, other] = features.map(|features| self.0.prepare(features, None));
        (self.0.score(&one, &other), self.0.parts(&one, &other))
    }
}

/// The weights, and the people as these see them. Kept from tick to tick.
#[derive(Debug)]
pub(super) struct Scores {
    prior: Prior,
    scoring: Scoring,
    /// Of the published weights; `None`: the shipped ones.
    version: Option<i64>,
    /// The published weights that could not be used last: nobody looks at them again.
    refused: Option<i64>,
    people: HashMap<UserId, Known>,
    /// Whether some of them were prepared with other weights.
    some_are_behind: bool,
    /// Counts the ticks.
    tick: u64,
}

#[derive(Debug)]
struct Known {
    seq: u64,
    /// It grows without another event.
    age: u8,
    version: Option<i64>,
    /// The last one that has seen the person.
    tick: u64,
    prepared: Prepared,
}

impl Scores {
    /// With the shipped weights.
    ///
    /// # Errors
    /// The shipped weights cannot be used.
    pub(super) fn new(prior: Prior) -> Result<Self, StoredFault> {
        Ok(Self {
            scoring: Scoring::new(&prior, None)?,
            prior,
            version: None,
            refused: None,
            people: HashMap::new(),
            some_are_behind: false,
            tick: 0,
        })
    }

    /// Goes over to other weights. Those that belong to another release's prior are left alone, and told once.
    pub(super) fn follow(&mut self, model: Option<&Arc<PublishedModel>>) {
        let is_new = |model: &&Arc<PublishedModel>| {
            let version = Some(model.version);
            version != self.version && version != self.refused
        };
        let Some(model) = model.filter(is_new) else {
            return;
        };
        match Scoring::new(&self.prior, Some(model.weights.clone())) {
            Ok(scoring) => {
                (self.scoring, self.version) = (scoring, Some(model.version));
                self.some_are_behind = true;
            }
            Err(error) => {
                tracing::warn!(version = model.version, %error, "published weights are not used: they are another release's, or damaged");
                metrics::counter!("webchat_match_models_refused_total").increment(1);
                self.refused = Some(model.version);
            }
        }
    }

    /// Knows exactly these people afterwards: whoever came or has another ticket is prepared, and some of those who were
    /// prepared with earlier weights.
    pub(super) fn prepare<F: Described>(
        &mut self,
        candidates: &[Candidate<F>],
        learned: &[Learned],
    ) {
        let following = self.take_who_follows();
        self.tick += 1;
        let mut seen = 0;
        for (candidate, learned) in candidates.iter().zip(learned) {
            let Learned { seq, beliefs } = learned;
            let features = candidate.features.features();
            let known = self.people.get_mut(&candidate.user).filter(|known| {
                (known.seq, known.age) == (*seq, features.age)
                    && !following.contains(&candidate.user)
            });
            if let Some(known) = known {
                seen += usize::from(known.tick != self.tick);
                known.tick = self.tick;
                continue;
            }
            let beliefs = beliefs.filter(|_| learned.is_usable());
            let known = Known {
                seq: *seq,
                age: features.age,
                version: self.version,
                tick: self.tick,
                prepared: self.scoring.prepare(features, beliefs),
            };
            let before = self.people.insert(candidate.user, known);
            seen += usize::from(before.is_none_or(|known| known.tick != self.tick));
        }
        if seen < self.people.len() {
            self.forget_others();
        }
    }

    /// Forgets whom the last tick has not seen.
    fn forget_others(&mut self) {
        self.people.retain(|_, known| known.tick == self.tick);
        // A burst that is over leaves no room behind that nobody needs.
        if self.people.capacity() > 4 * self.people.len() {
            self.people.shrink_to(2 * self.people.len());
        }
    }

    /// Who is prepared anew in this tick of those whom other weights have prepared: the furthest behind, so that nobody stays behind
    /// for ever.
    fn take_who_follows(&mut self) -> HashSet<UserId> {
        if !self.some_are_behind {
            return HashSet::new();
        }
        let others = self
            .people
            .iter()
            .filter(|(_, known)| known.version != self.version);
        let mut behind: Vec<_> = others.map(|(user, known)| (known.version, *user)).collect();
        self.some_are_behind = behind.len() > FOLLOW_AT_ONCE;
        if self.some_are_behind {
            behind.select_nth_unstable(FOLLOW_AT_ONCE);
            behind.truncate(FOLLOW_AT_ONCE);
        }
        behind.into_iter().map(|(_, user)| user).collect()
    }

    /// Everybody in the order of the candidates, who have been prepared.
    pub(super) fn in_order<F>(&self, candidates: &[Candidate<F>]) -> Vec<&Prepared> {
        let known = candidates
            .iter()
            .filter_map(|candidate| self.people.get(&candidate.user));
        known.map(|known| &known.prepared).collect()
    }

    /// The probability that both keep each other.
    pub(super) fn score(&self, one: &Prepared, other: &Prepared) -> f64 {
        self.scoring.score(one, other)
    }
}
