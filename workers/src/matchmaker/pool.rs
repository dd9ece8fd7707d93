//! The matchmaker's view of the queue: who waits, who may not meet, whose socket is there.

mod ages;
mod snapshot;
#[cfg(test)]
mod tests;
mod waiting;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use broker::{
    ReadError, Record,
    life::{self, Versioned},
};
use contract::{
    life::{Lease, PublishedModel},
    subjects::{self, LifeKind},
};
use domain::{
    Timestamp, UserId,
    matching::Census,
    pair::Pair,
    ticket::{DEFAULT_POOL, Ticket},
};
use rpds::HashTrieMapSync;
use serde::de::DeserializeOwned;

pub(super) use snapshot::{People, Snapshot};
pub(super) use waiting::Waiting;

use super::{
    apart::Apart,
    leases::Leases,
    scores::Learned,
    waits::{Wait, Waits},
};

/// The leader's own heartbeats come through the view: one that shows nothing for so long is behind.
const FRESH_FOR: Duration = Duration::from_secs(3);

/// The view, fed with the stream's records in their order.
#[derive(Debug)]
pub(super) struct Pool {
    backlog: Option<u64>,
    fed_at: Instant,
    /// The sequence of the record that was fed last.
    fed_until: u64,
    waiting: HashTrieMapSync<UserId, Arc<Waiting>>,
    /// When they were last looked at: their ages are those of that day. Never before the first look.
    ages_of: Option<Timestamp>,
    /// Of those who wait.
    pub(super) census: Census,
    pub(super) apart: Apart,
    pub(super) leases: Leases,
    pub(super) waits: Waits,
    model: Option<Arc<PublishedModel>>,
}

impl Pool {
    /// An empty view. Two who met are kept apart for `recent_partner`.
    pub(super) fn new(recent_partner: Duration) -> Self {
        Self {
            backlog: None,
            fed_at: Instant::now(),
            fed_until: 0,
            waiting: HashTrieMapSync::new_sync(),
            ages_of: None,
            census: Census::default(),
            apart: Apart::new(recent_partner),
            leases: Leases::default(),
            waits: Waits::default(),
            model: None,
        }
    }

    /// Whether everything that was in the stream when the view was opened is here.
    pub(super) fn is_complete(&self) -> bool {
        self.backlog == Some(0)
    }

    /// Whether the view is complete and keeps up.
    pub(super) fn is_fresh(&self) -> bool {
        self.is_complete() && self.fed_at.elapsed() < FRESH_FOR
    }

    /// How many wait.
    pub(super) fn size(&self) -> usize {
        self.waiting.size()
    }

    /// The view is broken: nothing in it counts until it is opened again.
    pub(super) fn broke(&mut self) {
        self.backlog = None;
    }

    /// A new view begins: so many records are to come before it is complete. Leases are kept, they know their tickets.
    pub(super) fn begin(&mut self, backlog: u64) {
        self.waiting = HashTrieMapSync::new_sync();
        self.census = Census::default();
        self.apart.clear();
        self.backlog = Some(backlog);
        self.fed_at = Instant::now();
        self.fed_until = 0;
        self.forget_who_left();
    }

    /// Takes the next record. One that cannot be read is logged, counted and skipped.
    pub(super) fn feed(&mut self, record: &Record, now: Timestamp) {
        if let Err(error) = self.take(record, now) {
            tracing::error!(subject = %record.subject, seq = record.seq, %error, "a record is skipped");
            metrics::counter!("webchat_match_records_skipped_total").increment(1);
        }
        self.fed_at = Instant::now();
        self.fed_until = record.seq;
        if let Some(left @ 1..) = self.backlog {
            self.backlog = Some(left - 1);
            self.forget_who_left();
        }
    }

    fn take(&mut self, record: &Record, now: Timestamp) -> Result<(), ReadError> {
        match subjects::parse_life(&record.subject) {
            Some(LifeKind::Ticket(user)) => {
                // Nobody can be matched by what a ticket said before.
                let ticket = life::decode::<Ticket>(record)
                    .inspect_err(|_| self.waits_no_more(user, record.seq))?;
                if !Learned::of(&ticket.value, ticket.seq).is_usable() {
                    tracing::error!(user_id = %user, seq = ticket.seq, "what a ticket says was learned is left alone");
                    metrics::counter!("webchat_match_beliefs_ignored_total").increment(1);
                }
                if let Some(room) = ticket.value.matched_room()
                    && let Some(matched_at) = room.made_at()
                {
                    // A matched ticket is written again when its owner changes the profile: its own time says nothing.
                    let waited = matched_at.since(ticket.value.joined_at);
                    let wait = Wait {
                        matched_at,
                        user,
                        room,
                        waited,
                    };
                    self.waits.matched(wait, &ticket.value.features.languages);
                }
                self.ticket_is(user, ticket);
            }
            Some(LifeKind::Pair(_)) => self
                .apart
                .pair_is(&life::decode::<Pair>(record)?.value, now),
            Some(LifeKind::Lease) => {
                self.leases.renew(&read::<Lease>(record)?.users);
            }
            Some(LifeKind::Model) => self.model = Some(Arc::new(read(record)?)),
            Some(LifeKind::Internal | LifeKind::Room(_) | LifeKind::Due(_)) | None => {}
        }
        Ok(())
    }

    /// A user's ticket is this, unless a later one is known.
    pub(super) fn ticket_is(&mut self, user: UserId, ticket: Versioned<Ticket>) {
        let known = self.waiting.get(&user).map_or(0, |waiting| waiting.seq);
        if known > ticket.seq {
            return;
        }
        self.waits_no_more(user, known);
        let Versioned {
            value: ticket,
            seq,
            unknown,
            ..
        } = ticket;
        if ticket.is_waiting() && ticket.pool == DEFAULT_POOL {
            let ticket = self.of_this_age(ticket);
            self.leases.waits(user, ticket.id);
            self.census.joins(&ticket.features);
            let waiting = Waiting::new(ticket, seq, unknown);
            self.waiting.insert_mut(user, Arc::new(waiting));
        }
    }

    /// The event of this sequence, and whatever was before it, lets the user wait no more. A later ticket stays.
    pub(super) fn waits_no_more(&mut self, user: UserId, seq: u64) {
        if let Some(waiting) = self.waiting.get(&user) {
            if waiting.seq > seq {
                return;
            }
            self.census.leaves(&waiting.ticket.features);
            self.waiting.remove_mut(&user);
        }
        self.leases.forget(user);
    }

    /// What the stream's leader has in the place of the ticket of this sequence, which is not the last one any more. The feed
    /// may have overtaken the answer: it has the last word.
    pub(super) fn was_read_again(
        &mut self,
        user: UserId,
        seq: u64,
        ticket: Option<Versioned<Ticket>>,
    ) {
        match ticket {
            Some(ticket) if ticket.seq > self.fed_until => self.ticket_is(user, ticket),
            Some(_) => {}
            None => self.waits_no_more(user, seq),
        }
    }

    /// The waiting ticket of a user.
    pub(super) fn waiting(&self, user: UserId) -> Option<&Waiting> {
        self.waiting.get(&user).map(Arc::as_ref)
    }

    /// Everybody who waits, as old as now, and who of them may not meet.
    pub(super) fn snapshot(&mut self, now: Timestamp) -> Snapshot {
        self.grow_older(now);
        self.apart.prune(now);
        Snapshot {
            waiting: self.waiting.clone(),
            apart: self.apart.couples.clone(),
            now,
            model: self.model.clone(),
        }
    }

    fn forget_who_left(&mut self) {
        if self.is_complete() {
            let waiting = &self.waiting;
            self.leases.keep_only(|user| waiting.contains_key(&user));
        }
    }
}

/// A body that is no domain value.
fn read<T: DeserializeOwned>(record: &Record) -> Result<T, ReadError> {
    serde_json::from_slice(&record.payload).map_err(|error| ReadError::Malformed {
        what: record.subject.clone(),
        reason: error.to_string(),
    })
}
