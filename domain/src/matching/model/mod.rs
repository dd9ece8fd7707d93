//! How likely two people are to keep each other, learned from who kept whom.
//!
//! `P(A keeps B) = σ(intercept + w·pair(A, B) + d·traits(A) + p·traits(B) + generosity(A) + appeal(B))`, where
//! `appeal(B) = own(B) + κ · generosity(B)`: it is the social relations model (Kenny & La Voie, 1984) on the logistic scale.
//! Each number is a normal belief of its own. Pure and deterministic: the same events give the same beliefs.

mod alone;
mod belief;
mod likeness;
mod outcome;
mod portrait;
mod prior;
#[cfg(test)]
mod properties;
mod rebuild;
mod scoring;
mod state;
mod stored;
#[cfg(test)]
pub(super) mod tests;
mod themes;

use std::collections::BTreeMap;

use crate::UserId;
use belief::{Term, Update, predict};

pub use alone::OwnOutcome;
pub use belief::{Belief, probability};
pub use likeness::Pair;
pub use outcome::{Outcome, Refused};
pub use portrait::{Portrait, Scales};
pub use prior::{FEATURE_BOUND, PeoplePrior, Prior, PriorFault, Weight};
pub use rebuild::{Decided, SWEEPS, last_outgrown, outgrown_after};
pub use scoring::{Parts, Prepared, Scoring};
pub use state::{Person, PersonBeliefs, Weights};
pub use stored::StoredFault;
pub use themes::{Loading, THEMES, Themes};

/// Everything believed.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    prior: Prior,
    weights: Weights,
    people: BTreeMap<UserId, PersonBeliefs>,
    refused: BTreeMap<Refused, u64>,
}

/// The values of the features of one decision, each in the order of its weights.
struct Values {
    pair: Vec<f64>,
    decider: Vec<f64>,
    partner: Vec<f64>,
}

impl Model {
    /// The model before anybody has met.
    ///
    /// # Errors
    /// The prior cannot be used.
    pub fn new(prior: Prior) -> Result<Self, PriorFault> {
        prior.validate()?;
        let beliefs =
            |weights: &BTreeMap<String, Weight>| weights.values().map(Weight::belief).collect();
        let weights = Weights {
            prior_version: prior.version,
            applied_seq: 0,
            intercept: prior.intercept,
            pair: beliefs(&prior.pair),
            decider: beliefs(&prior.decider),
            partner: beliefs(&prior.partner),
        };
        Ok(Self {
            prior,
            weights,
            people: BTreeMap::new(),
            refused: BTreeMap::new(),
        })
    }

    /// Keeps of what was learned of people that of these alone. Of everybody else is believed what is of somebody new.
    pub fn keep_people(&mut self, keep: impl Fn(UserId) -> bool) {
        self.people.retain(|user, _| keep(*user));
    }

    /// What is believed of the weights.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// What is believed of a person.
    pub fn person(&self, user: UserId) -> PersonBeliefs {
        let known = self.people.get(&user).copied();
        known.unwrap_or_else(|| PersonBeliefs::of_somebody_new(&self.prior))
    }

    /// How many outcomes were refused, by reason.
    pub fn refused(&self) -> &BTreeMap<Refused, u64> {
        &self.refused
    }

    /// The probability that `decider` wants to keep `partner`; the less is known of the two, the closer to one half.
    pub fn keep_probability(&self, decider: Person<'_>, partner: Person<'_>) -> f64 {
        let values = self.values(decider.portrait, partner.portrait);
        let of_weights = predict(self.weight_terms(&values));
        let of_people = predict(self.people_terms(decider.user, partner.user).into_iter());
        probability(of_weights.plus(of_people))
    }

    /// The probability that both want to keep each other, taken as independent; the same for `(a, b)` and `(b, a)`.
    pub fn mutual_probability(&self, a: Person<'_>, b: Person<'_>) -> f64 {
        self.keep_probability(a, b) * self.keep_probability(b, a)
    }

    /// Learns from a decided room: what `one` decided, then what `other` did. Work in proportion to the features.
    ///
    /// # Errors
    /// Why nothing was learned; it is counted, too.
    pub fn learn(
        &mut self,
        outcome: &Outcome,
        one: &Portrait,
        other: &Portrait,
    ) -> Result<(), Refused> {
        if let Err(refused) = self.check(outcome) {
            *self.refused.entry(refused).or_default() += 1;
            return Err(refused);
        }
        for (decider, partner, keeps) in outcome.decisions(one, other) {
            self.observe(decider, partner, keeps);
        }
        self.weights.applied_seq = outcome.seq;
        Ok(())
    }

    fn check(&self, outcome: &Outcome) -> Result<(), Refused> {
        if outcome.seq <= self.weights.applied_seq {
            return Err(Refused::AlreadyApplied);
        }
        if outcome.one == outcome.other {
            return Err(Refused::SamePerson);
        }
        Ok(())
    }

    fn observe(&mut self, decider: Person<'_>, partner: Person<'_>, keeps: bool) {
        let values = self.values(decider.portrait, partner.portrait);
        let people = self.people_terms(decider.user, partner.user);
        let of_weights = predict(self.weight_terms(&values));
        let update = Update::after(of_weights.plus(predict(people.into_iter())), keeps);
        self.weights.intercept = update.of(Term::plain(self.weights.intercept));
        let groups = [
            (&mut self.weights.pair, &values.pair),
            (&mut self.weights.decider, &values.decider),
            (&mut self.weights.partner, &values.partner),
        ];
        for (beliefs, coefficients) in groups {
            for (belief, &coefficient) in beliefs.iter_mut().zip(coefficients) {
                *belief = update.of(Term {
                    coefficient,
                    belief: *belief,
                });
            }
        }
        let moved = people.map(|term| update.of(term));
        self.believe(decider.user, partner.user, moved);
    }

    fn values(&self, decider: &Portrait, partner: &Portrait) -> Values {
        let traits = |weights: &BTreeMap<String, Weight>, of: &Portrait| {
            let named = weights.iter();
            named
                .map(|(name, weight)| weight.standardise(of.trait_value(name)))
                .collect()
        };
        let both = Pair::new(&self.prior.themes, decider, partner);
        let pair = self.prior.pair.iter();
        let pair = pair.map(|(name, weight)| weight.standardise(both.value(name)));
        Values {
            pair: pair.collect(),
            decider: traits(&self.prior.decider, decider),
            partner: traits(&self.prior.partner, partner),
        }
    }

    fn weight_terms<'a>(&'a self, values: &'a Values) -> impl Iterator<Item = Term> {
        let groups = [
            (&self.weights.pair, &values.pair),
            (&self.weights.decider, &values.decider),
            (&self.weights.partner, &values.partner),
        ];
        let terms = groups.into_iter().flat_map(|(beliefs, coefficients)| {
            let each = beliefs.iter().zip(coefficients);
            each.map(|(&belief, &coefficient)| Term {
                coefficient,
                belief,
            })
        });
        terms.chain([Term::plain(self.weights.intercept)])
    }

    /// The decider's generosity, the partner's generosity as far as it adds to the appeal, and the partner's own appeal.
    fn people_terms(&self, decider: UserId, partner: UserId) -> [Term; 3] {
        let partner = self.person(partner);
        [
            Term::plain(self.person(decider).generosity),
            Term {
                coefficient: self.prior.people.generosity_to_appeal,
                belief: partner.generosity,
            },
            Term::plain(partner.appeal),
        ]
    }

    /// Keeps what was learned of the two, in the order of [`Self::people_terms`].
    fn believe(
        &mut self,
        decider: UserId,
        partner: UserId,
        [generosity, of_partner, appeal]: [Belief; 3],
    ) {
        let decides = self.person(decider);
        self.people.insert(
            decider,
            PersonBeliefs {
                generosity,
                ..decides
            },
        );
        let beliefs = PersonBeliefs {
            generosity: of_partner,
            appeal,
        };
        self.people.insert(partner, beliefs);
    }
}
