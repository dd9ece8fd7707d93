//! Ages as they are now: a birthday that comes while somebody waits counts from its first tick on.

use std::sync::Arc;

use domain::{Timestamp, ticket::Ticket};

use super::{Pool, Waiting};

const DAY_MS: i64 = 86_400_000;

impl Pool {
    /// From now on everybody is as old as at this instant, who waits and who comes. Costs something once a day.
    pub(in super::super) fn grow_older(&mut self, now: Timestamp) {
        let before = self.ages_of.replace(now);
        if before.is_some_and(|before| day(before) == day(now)) {
            return;
        }
        let is_older = |waiting: &&Arc<Waiting>| {
            let ticket = &waiting.ticket;
            ticket.age_at(now) != ticket.features.age
        };
        let older: Vec<_> = self.waiting.values().filter(is_older).cloned().collect();
        for mut waiting in older {
            self.census.leaves(&waiting.ticket.features);
            let age = waiting.ticket.age_at(now);
            Arc::make_mut(&mut waiting).grows(age);
            self.census.joins(&waiting.ticket.features);
            let user = waiting.ticket.user_id;
            self.waiting.insert_mut(user, waiting);
        }
    }

    /// The ticket with the age of whoever else is looked at.
    pub(super) fn of_this_age(&self, mut ticket: Ticket) -> Ticket {
        if let Some(now) = self.ages_of {
            ticket.features.age = ticket.age_at(now);
        }
        ticket
    }
}

fn day(at: Timestamp) -> i64 {
    at.0.div_euclid(DAY_MS)
}
