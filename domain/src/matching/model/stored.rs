//! From what is stored back to a model, and what there is to store.

use std::collections::BTreeMap;

use super::{Belief, Model, PersonBeliefs, Prior, PriorFault, Weights};
use crate::UserId;

/// Why stored weights do not make a model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoredFault {
    /// The prior itself cannot be used.
    #[error(transparent)]
    Prior(#[from] PriorFault),
    /// They were learned on another prior; the model has to be made anew from the outcomes.
    #[error("the stored weights belong to prior {stored}, and this is prior {shipped}")]
    OtherPrior {
        /// The prior that they belong to.
        stored: u32,
        /// The prior at hand.
        shipped: u32,
    },
    /// A number is not finite or a variance negative, or there are not as many as the prior has.
    #[error("the stored weights are damaged")]
    Damaged,
}

impl Model {
    /// Goes on where the stored weights and people are. People who are not among these are at the prior.
    ///
    /// # Errors
    /// What is stored does not belong to this prior, or is damaged.
    pub fn resume(
        prior: Prior,
        weights: Weights,
        people: impl IntoIterator<Item = (UserId, PersonBeliefs)>,
    ) -> Result<Self, StoredFault> {
        let people: BTreeMap<_, _> = people.into_iter().collect();
        let of_people = people
            .values()
            .flat_map(|person| [person.generosity, person.appeal]);
        if !of_people.into_iter().all(is_sound) {
            return Err(StoredFault::Damaged);
        }
        let fresh = Self::new(prior)?;
        fresh.fits(&weights)?;
        Ok(Self {
            weights,
            people,
            ..fresh
        })
    }

    /// Everybody of whom something was learned.
    pub fn people(&self) -> impl Iterator<Item = (UserId, PersonBeliefs)> {
        self.people.iter().map(|(user, beliefs)| (*user, *beliefs))
    }

    fn fits(&self, stored: &Weights) -> Result<(), StoredFault> {
        let fresh = &self.weights;
        if stored.prior_version != fresh.prior_version {
            return Err(StoredFault::OtherPrior {
                stored: stored.prior_version,
                shipped: fresh.prior_version,
            });
        }
        let sizes =
            |weights: &Weights| [&weights.pair, &weights.decider, &weights.partner].map(Vec::len);
        let groups = [&stored.pair, &stored.decider, &stored.partner];
        let mut beliefs = groups.into_iter().flatten().chain([&stored.intercept]);
        let fits = sizes(stored) == sizes(fresh) && beliefs.all(|belief| is_sound(*belief));
        fits.then_some(()).ok_or(StoredFault::Damaged)
    }
}

fn is_sound(belief: Belief) -> bool {
    belief.mean.is_finite() && belief.variance.is_finite() && belief.variance >= 0.0
}

#[cfg(test)]
mod tests {
    use super::super::tests::{anybody, model, outcome, prior, user};
    use super::*;

    #[test]
    fn a_stored_model_goes_on_where_it_was() {
        let mut through = model();
        through
            .learn(&outcome(1, 1, 2, true, false), &anybody(), &anybody())
            .unwrap();
        let (weights, people) = (through.weights().clone(), through.people());
        let mut resumed = Model::resume(prior(), weights, people).unwrap();
        for model in [&mut through, &mut resumed] {
            let next = outcome(2, 2, 3, true, true);
            model.learn(&next, &anybody(), &anybody()).unwrap();
        }
        assert_eq!(resumed.weights(), through.weights());
        assert!(resumed.people().eq(through.people()));
    }

    #[test]
    fn what_belongs_to_another_prior_or_is_damaged_is_refused() {
        let weights = model().weights().clone();
        let resumed = |change: fn(&mut Weights), user_is_sound: bool| {
            let mut weights = weights.clone();
            change(&mut weights);
            let mut beliefs = model().person(user(1));
            if !user_is_sound {
                beliefs.appeal.mean = f64::NAN;
            }
            Model::resume(prior(), weights, [(user(1), beliefs)]).err()
        };
        let other = StoredFault::OtherPrior {
            stored: 9,
            shipped: 3,
        };
        assert_eq!(resumed(|_| {}, true), None);
        assert_eq!(
            resumed(|weights| weights.prior_version = 9, true),
            Some(other)
        );
        let damaged = Some(StoredFault::Damaged);
        assert_eq!(resumed(|_| {}, false), damaged);
        assert_eq!(resumed(|weights| weights.pair.clear(), true), damaged);
        let negative = |weights: &mut Weights| weights.partner[0].variance = -1.0;
        assert_eq!(resumed(negative, true), damaged);
        let infinite = |weights: &mut Weights| weights.intercept.mean = f64::INFINITY;
        assert_eq!(resumed(infinite, true), damaged);
    }
}
