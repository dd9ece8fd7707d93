//! What a person's own conversations say of them where everybody else is taken for average.

use super::{
    Belief, PersonBeliefs, Prior,
    belief::{Term, Update, predict},
};

/// One decided conversation as one of its two members sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnOutcome {
    /// Whether the person wanted to keep it.
    pub keeps: bool,
    /// Whether the other one did; `None` where the person does not know.
    pub other_keeps: Option<bool>,
}

impl PersonBeliefs {
    /// What is believed of somebody whom nobody has met yet.
    pub fn of_somebody_new(prior: &Prior) -> Self {
        let fresh = |variance| Belief {
            mean: 0.0,
            variance,
        };
        Self {
            generosity: fresh(prior.people.generosity_variance),
            appeal: fresh(prior.people.appeal_variance),
        }
    }

    /// What the outcomes, in their order, say of a person who is new, by the shipped weights: of each other one is believed what
    /// is believed of somebody new with an average profile. It depends on nothing but what it is given.
    pub fn of_own_outcomes(prior: &Prior, outcomes: impl IntoIterator<Item = OwnOutcome>) -> Self {
        let somebody = Self::of_somebody_new(prior);
        let mut person = somebody;
        for OwnOutcome { keeps, other_keeps } in outcomes {
            let [generosity, ..] = observed(prior, person, somebody, keeps);
            person.generosity = generosity;
            if let Some(keeps) = other_keeps {
                let [_, generosity, appeal] = observed(prior, somebody, person, keeps);
                person = Self { generosity, appeal };
            }
        }
        person
    }
}

/// What is believed of the decider's generosity, and of the partner's generosity and appeal, after a decision between average
/// profiles.
fn observed(
    prior: &Prior,
    decider: PersonBeliefs,
    partner: PersonBeliefs,
    keeps: bool,
) -> [Belief; 3] {
    let people = [
        Term::plain(decider.generosity),
        Term {
            coefficient: prior.people.generosity_to_appeal,
            belief: partner.generosity,
        },
        Term::plain(partner.appeal),
    ];
    let terms = people.into_iter().chain([Term::plain(prior.intercept)]);
    let update = Update::after(predict(terms), keeps);
    people.map(|term| update.of(term))
}
