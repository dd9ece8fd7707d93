//! What one tick looks at.

use std::sync::Arc;

use contract::life::PublishedModel;
use domain::{Timestamp, UserId, matching::Candidate, pair::PairKey};
use hashbrown::HashSet;
use rpds::HashTrieMapSync;

use super::{
    super::{apart::Couples, scores::Learned},
    Waiting,
};

/// The view as it was when a tick began. It shares what the view has, so it is made in no time, however many wait; what changes
/// meanwhile is the view's alone.
#[derive(Debug)]
pub(in super::super) struct Snapshot {
    pub(super) waiting: HashTrieMapSync<UserId, Arc<Waiting>>,
    pub(super) apart: Couples,
    pub(super) now: Timestamp,
    /// The weights that were last published.
    pub(in super::super) model: Option<Arc<PublishedModel>>,
}

/// Who is in a snapshot, as one tick works with it.
#[derive(Debug)]
pub(in super::super) struct People<'a> {
    pub(in super::super) candidates: Vec<Candidate<&'a Waiting>>,
    /// What was learned of each, in the same order.
    pub(in super::super) learned: Vec<Learned>,
    /// Pairs among them who block each other, of whom one has reported the other, or who met recently.
    pub(in super::super) apart: HashSet<PairKey>,
}

impl Snapshot {
    /// Takes work in proportion to the people: off the async threads.
    pub(in super::super) fn people(&self) -> People<'_> {
        let waits = |user: &UserId| self.waiting.contains_key(user);
        let (candidates, learned) = self.waiting.values().map(|one| seen(one)).unzip();
        People {
            candidates,
            learned,
            apart: self.apart.among(self.waiting.keys(), waits, self.now),
        }
    }
}

fn seen(waiting: &Waiting) -> (Candidate<&Waiting>, Learned) {
    let candidate = Candidate {
        user: waiting.ticket.user_id,
        ticket: waiting.ticket.id,
        joined_at: waiting.ticket.joined_at,
        features: waiting,
    };
    (candidate, Learned::of(&waiting.ticket, waiting.seq))
}
