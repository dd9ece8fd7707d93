//! What is stored of the model: the weights, and what is believed of each person.

use serde::{Deserialize, Serialize};

use super::{belief::Belief, portrait::Portrait};
use crate::UserId;

/// What is believed of the weights, and which outcomes it comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// The version of the [`Prior`] that the learning started from.
    pub prior_version: u32,
    /// The last outcome that was learned; 0: none.
    pub applied_seq: u64,
    /// The log-odds of a yes between two average people.
    pub intercept: Belief,
    /// In the order of [`Prior::pair`].
    pub pair: Vec<Belief>,
    /// In the order of [`Prior::decider`].
    pub decider: Vec<Belief>,
    /// In the order of [`Prior::partner`].
    pub partner: Vec<Belief>,
}

/// What is believed of one person, beyond the portrait.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonBeliefs {
    /// How much more readily than others the person says yes.
    pub generosity: Belief,
    /// How much more readily than to others one says yes to the person, apart from what goes with generosity.
    pub appeal: Belief,
}

/// A person, as the model sees them.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    /// Who it is.
    pub user: UserId,
    /// What they say of themself.
    pub portrait: &'a Portrait,
}
