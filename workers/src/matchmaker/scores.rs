//! How well the waiting suit each other, by the weights that were last learned. Pure.

use std::{collections::HashMap, sync::Arc};

use contract::life::PublishedModel;
use domain::{
    UserId,
    matching::{
        Candidate,
        model::{Parts, PersonBeliefs, Prepared, Prior, Scoring, StoredFault},
    },
};

/// How many people of a tick are prepared anew because the weights have moved a little. Whoever is new is prepared always.
const FOLLOW_AT_ONCE: usize = 2_000;

/// What a tick knows of one ticket besides the candidate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Learned {
    /// The sequence of the ticket's event: another one may say something else.
    pub(super) seq: u64,
    /// What was learned of the person when the ticket was written.
    pub(super) beliefs: Option<PersonBeliefs>,
}

/// The weights, and the people as these see them. Kept from tick to tick.
#[derive(Debug)]
pub(super) struct Scores {
    prior: Prior,
    scoring: Scoring,
    /// Of the published weights; `None`: the shipped ones.
    version: Option<i64>,
    people: HashMap<UserId, Known>,
}

#[derive(Debug)]
struct Known {
    seq: u64,
    version: Option<i64>,
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
            people: HashMap::new(),
        })
    }

    /// Goes over to other weights. Those that belong to another release's prior are left alone.
    pub(super) fn follow(&mut self, model: Option<&Arc<PublishedModel>>) {
        let Some(model) = model.filter(|model| Some(model.version) != self.version) else {
            return;
        };
        match Scoring::new(&self.prior, Some(model.weights.clone())) {
            Ok(scoring) => (self.scoring, self.version) = (scoring, Some(model.version)),
            Err(error) => {
                tracing::debug!(version = model.version, %error, "published weights are not used");
            }
        }
    }

    /// Knows exactly these people afterwards: whoever came or has another ticket is prepared, and some of those who were
    /// prepared with earlier weights.
    pub(super) fn prepare(&mut self, candidates: &[Candidate], learned: &[Learned]) {
        let mut before = std::mem::take(&mut self.people);
        let mut to_follow = FOLLOW_AT_ONCE;
        for (candidate, Learned { seq, beliefs }) in candidates.iter().zip(learned) {
            let known = before.remove(&candidate.user).filter(|known| {
                if known.seq != *seq {
                    return false;
                }
                let is_behind = known.version != self.version && to_follow > 0;
                to_follow -= usize::from(is_behind);
                !is_behind
            });
            let known = known.unwrap_or_else(|| Known {
                seq: *seq,
                version: self.version,
                prepared: self.scoring.prepare(&candidate.features, *beliefs),
            });
            self.people.insert(candidate.user, known);
        }
    }

    /// Everybody in the order of the candidates, who have been prepared.
    pub(super) fn in_order<'a>(&'a self, candidates: &[Candidate]) -> Vec<&'a Prepared> {
        let known = candidates
            .iter()
            .filter_map(|candidate| self.people.get(&candidate.user));
        known.map(|known| &known.prepared).collect()
    }

    /// The probability that both keep each other.
    pub(super) fn score(&self, one: &Prepared, other: &Prepared) -> f64 {
        self.scoring.score(one, other)
    }

    /// What the score is made of.
    pub(super) fn parts(&self, one: &Prepared, other: &Prepared) -> Parts {
        self.scoring.parts(one, other)
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        TicketId, Timestamp,
        matching::{Features, model::Belief},
    };
    use uuid::Uuid;

    use super::*;

    fn candidate(number: u128, age: u8) -> Candidate {
        Candidate {
            user: UserId(Uuid::from_u128(number)),
            ticket: TicketId(Uuid::from_u128(number)),
            joined_at: Timestamp(0),
            features: Features {
                age,
                ..Features::default()
            },
        }
    }

    fn scores() -> Scores {
        Scores::new(settings::matching_prior().unwrap()).unwrap()
    }

    fn liked(mean: f64) -> Option<PersonBeliefs> {
        let belief = Belief {
            mean,
            variance: 0.1,
        };
        Some(PersonBeliefs {
            generosity: belief,
            appeal: belief,
        })
    }

    fn score_of(scores: &mut Scores, learned: [Learned; 2]) -> f64 {
        let pool = [candidate(1, 30), candidate(2, 31)];
        scores.prepare(&pool, &learned);
        let people = scores.in_order(&pool);
        scores.score(people[0], people[1])
    }

    fn at(seq: u64, beliefs: Option<PersonBeliefs>) -> Learned {
        Learned { seq, beliefs }
    }

    #[test]
    fn what_was_learned_of_people_moves_their_score() {
        let mut scores = scores();
        let strangers = score_of(&mut scores, [at(1, None), at(2, None)]);
        let liked = score_of(&mut scores, [at(3, liked(1.0)), at(4, liked(1.0))]);
        assert!(liked > strangers + 0.1, "{liked} {strangers}");
    }

    #[test]
    fn a_person_is_prepared_once_for_a_ticket() {
        let mut scores = scores();
        let first = score_of(&mut scores, [at(1, None), at(2, None)]);
        // The same event cannot say something else.
        assert_eq!(
            score_of(&mut scores, [at(1, liked(2.0)), at(2, None)]),
            first
        );
        assert_ne!(
            score_of(&mut scores, [at(9, liked(2.0)), at(2, None)]),
            first
        );
    }

    #[test]
    fn learned_weights_are_followed_and_those_of_another_prior_are_not() {
        let mut scores = scores();
        let shipped = score_of(&mut scores, [at(1, None), at(2, None)]);
        let prior = settings::matching_prior().unwrap();
        let model = domain::matching::model::Model::new(prior).unwrap();
        let mut weights = model.weights().clone();
        weights.intercept.mean += 2.0;
        let published = |version, weights| Some(Arc::new(PublishedModel { version, weights }));
        let mut foreign = weights.clone();
        foreign.prior_version += 1;
        scores.follow(published(5, foreign).as_ref());
        assert_eq!(score_of(&mut scores, [at(1, None), at(2, None)]), shipped);
        scores.follow(published(6, weights).as_ref());
        assert!(score_of(&mut scores, [at(1, None), at(2, None)]) > shipped + 0.1);
    }
}
