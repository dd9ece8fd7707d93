//! The model anew from all outcomes.

use std::collections::BTreeSet;

use super::{
    Model, Outcome, Person, Portrait, Prior, PriorFault, Refused,
    belief::{Belief, Site, Update, predict},
};
use crate::UserId;

/// How often a rebuild looks at every decision again. On the evaluation's data two are as good as any more.
pub const SWEEPS: u32 = 2;
/// It is outgrown by a twentieth more than it was made of, and by one outcome while it is young: the work of all rebuilds stays
/// in proportion to the outcomes.
const SHARE: u64 = 20;

/// How many outcomes a model that was made of so many learns one by one before it is worth making anew; at least 1.
pub const fn outgrown_after(made_of: u64) -> u64 {
    let share = made_of / SHARE;
    if share > 1 { share } else { 1 }
}

/// A model was made of so many outcomes and has learned some more: with which of these, counted from 1, it was outgrown last,
/// had it been made anew each time. `None`: it is not outgrown. What it is made of before does not change what it is made of
/// then, so whoever is behind need not make each.
pub const fn last_outgrown(made_of: u64, learned_since: u64) -> Option<u64> {
    let mut since = 0;
    loop {
        let growth = outgrown_after(made_of + since);
        if learned_since - since < growth {
            break;
        }
        since += growth;
    }
    if since == 0 { None } else { Some(since) }
}

/// A decided room, and who its members were.
#[derive(Debug, Clone, Copy)]
pub struct Decided<'a> {
    /// The outcome.
    pub outcome: Outcome,
    /// `outcome.one`.
    pub one: &'a Portrait,
    /// `outcome.other`.
    pub other: &'a Portrait,
}

/// One decision, and how far it moved the beliefs of the two people.
struct Decision {
    decider: UserId,
    partner: UserId,
    keeps: bool,
    /// What the weights say, which do not change any more.
    of_weights: Belief,
    sites: [Site; 3],
}

impl Model {
    /// The model that all the outcomes make, learned in the order of their places in the stream, whatever their order
    /// here. Then every decision is looked at again `sweeps` times in the light of all the others, earlier and later:
    /// expectation propagation (Minka, 2001) over the beliefs of people. Of several outcomes of a room the first counts.
    ///
    /// # Errors
    /// The prior cannot be used.
    pub fn rebuild(prior: Prior, decided: &[Decided<'_>], sweeps: u32) -> Result<Self, PriorFault> {
        let mut model = Self::new(prior)?;
        let mut in_order: Vec<&Decided<'_>> = decided.iter().collect();
        in_order.sort_by_key(|decided| decided.outcome.seq);
        let mut rooms = BTreeSet::new();
        let mut learned = Vec::new();
        for one_decided in in_order {
            let Decided {
                outcome,
                one,
                other,
            } = one_decided;
            if !rooms.insert(outcome.room) {
                *model
                    .refused
                    .entry(Refused::RoomAlreadyApplied)
                    .or_default() += 1;
            } else if model.learn(outcome, one, other).is_ok() {
                learned.push(*one_decided);
            }
        }
        if sweeps > 0 {
            model.people.clear();
            let mut decisions = model.decisions(&learned);
            for _ in 0..=sweeps {
                for decision in &mut decisions {
                    model.look_again(decision);
                }
            }
        }
        Ok(model)
    }

    fn decisions(&self, learned: &[Decided<'_>]) -> Vec<Decision> {
        let both = learned
            .iter()
            .flat_map(|decided| decided.outcome.decisions(decided.one, decided.other));
        let decision = |(decider, partner, keeps): (Person<'_>, Person<'_>, bool)| {
            let values = self.values(decider.portrait, partner.portrait);
            Decision {
                decider: decider.user,
                partner: partner.user,
                keeps,
                of_weights: predict(self.weight_terms(&values)),
                sites: Default::default(),
            }
        };
        both.map(decision).collect()
    }

    /// Takes back what the decision taught, and learns it anew from what is believed without it.
    fn look_again(&mut self, decision: &mut Decision) {
        let mut terms = self.people_terms(decision.decider, decision.partner);
        for (term, site) in terms.iter_mut().zip(decision.sites) {
            let Some(without) = term.belief.without(site) else {
                return;
            };
            term.belief = without;
        }
        let prediction = decision.of_weights.plus(predict(terms.into_iter()));
        let update = Update::after(prediction, decision.keeps);
        let moved = terms.map(|term| update.of(term));
        for ((site, term), later) in decision.sites.iter_mut().zip(terms).zip(moved) {
            *site = term.belief.moved_to(later);
        }
        self.believe(decision.decider, decision.partner, moved);
    }
}

#[cfg(test)]
mod tests;
