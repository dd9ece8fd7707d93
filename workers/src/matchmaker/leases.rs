//! Who of the waiting still has a socket somewhere. Pure: time is what the matchmaker has watched, not a clock.

use std::{collections::HashMap, time::Duration};

use contract::life::LEASE_EVERY_SECS;
use domain::{TicketId, UserId};

/// Whom a gateway named is held until its next list is due: it may have dropped the user right after this one, and
/// then the ticket still lives for a whole lease.
const HELD_FOR: Duration = Duration::from_secs(LEASE_EVERY_SECS);

/// The waiting users and how long each is in no gateway's list, counted in watched time only.
#[derive(Debug, Default)]
pub(super) struct Leases {
    watched: Duration,
    users: HashMap<UserId, Held>,
}

/// Until when a user counts as held. In the future while a gateway lists the user.
#[derive(Debug)]
struct Held {
    ticket: TicketId,
    until: Until,
}

/// What is heard between two looks is counted from the later one: from the earlier one, a lease would be too short.
#[derive(Debug, Clone, Copy)]
enum Until {
    /// So long after the next look.
    FromNextLook(Duration),
    /// This point of watched time.
    Watched(Duration),
}

impl Held {
    fn new(ticket: TicketId) -> Self {
        let until = Until::FromNextLook(Duration::ZERO);
        Self { ticket, until }
    }
}

impl Leases {
    /// So much more time has been watched without a gap.
    pub(super) fn advance(&mut self, by: Duration) {
        self.watched += by;
        for held in self.users.values_mut() {
            if let Until::FromNextLook(held_for) = held.until {
                held.until = Until::Watched(self.watched + held_for);
            }
        }
    }

    /// A user waits with this ticket. The lease of a new ticket begins now.
    pub(super) fn waits(&mut self, user: UserId, ticket: TicketId) {
        let held = self.users.entry(user).or_insert(Held::new(ticket));
        if held.ticket != ticket {
            *held = Held::new(ticket);
        }
    }

    /// A user waits no more.
    pub(super) fn forget(&mut self, user: UserId) {
        self.users.remove(&user);
    }

    /// Forgets whoever does not wait according to the complete view.
    pub(super) fn keep_only(&mut self, waits: impl Fn(UserId) -> bool) {
        self.users.retain(|user, _| waits(*user));
    }

    /// A gateway holds sockets of these users now.
    pub(super) fn renew(&mut self, users: &[UserId]) {
        for user in users {
            if let Some(held) = self.users.get_mut(user) {
                held.until = Until::FromNextLook(HELD_FOR);
            }
        }
    }

    /// Who has been in no list for `lease` of watched time.
    pub(super) fn expired(&self, lease: Duration) -> Vec<UserId> {
        let is_over = |held: &Held| matches!(held.until, Until::Watched(until) if self.watched >= until + lease);
        let over = self.users.iter().filter(|(_, held)| is_over(held));
        over.map(|(user, _)| *user).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const LEASE: Duration = Duration::from_secs(30);
    const TICK: Duration = Duration::from_secs(1);

    fn one() -> (Leases, UserId) {
        let (mut leases, user) = (Leases::default(), UserId(Uuid::now_v7()));
        leases.advance(TICK);
        leases.waits(user, TicketId(Uuid::now_v7()));
        (leases, user)
    }

    fn watch(leases: &mut Leases, ticks: u32) {
        for _ in 0..ticks {
            leases.advance(TICK);
        }
    }

    #[test]
    fn a_new_ticket_has_its_whole_lease_without_any_socket() {
        let (mut leases, user) = one();
        watch(&mut leases, 30);
        assert!(
            leases.expired(LEASE).is_empty(),
            "it may have come at the end of the first tick"
        );
        watch(&mut leases, 1);
        assert_eq!(leases.expired(LEASE), [user]);
    }

    #[test]
    fn a_listed_user_never_expires() {
        let (mut leases, user) = one();
        for _ in 0..20 {
            leases.renew(&[user]);
            watch(&mut leases, 10);
            assert!(leases.expired(LEASE).is_empty());
        }
    }

    #[test]
    fn who_is_named_no_more_has_a_lease_from_when_the_next_list_was_due() {
        let (mut leases, user) = one();
        leases.renew(&[user]);
        watch(&mut leases, 40);
        assert!(leases.expired(LEASE).is_empty());
        watch(&mut leases, 1);
        assert_eq!(leases.expired(LEASE), [user]);
    }

    #[test]
    fn reading_the_same_ticket_again_does_not_renew_its_lease() {
        let (mut leases, user) = one();
        let ticket = leases.users[&user].ticket;
        watch(&mut leases, 31);
        leases.waits(user, ticket);
        assert_eq!(leases.expired(LEASE), [user]);
        leases.waits(user, TicketId(Uuid::now_v7()));
        assert!(leases.expired(LEASE).is_empty(), "a new ticket begins anew");
    }
}
