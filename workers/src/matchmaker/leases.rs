//! Who of the waiting still has a socket somewhere. Pure: time is what the matchmaker has watched, not a clock.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use contract::life::{LEASE_EVERY_SECS, Lease};
use domain::{TicketId, UserId};

/// A gateway that did not repeat a list for so long does not hold its users any more.
const HELD_FOR: Duration = Duration::from_secs(LEASE_EVERY_SECS);
/// After so long a silent gateway's list is forgotten.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(6 * LEASE_EVERY_SECS);

/// The waiting users and how long each is in no gateway's list, counted in watched time only.
#[derive(Debug, Default)]
pub(super) struct Leases {
    watched: Duration,
    users: HashMap<UserId, Held>,
    lists: HashMap<String, List>,
}

/// Until when a user counts as held. In the future while a gateway lists the user.
#[derive(Debug)]
struct Held {
    ticket: TicketId,
    until: Duration,
}

/// The users of one lease message.
#[derive(Debug)]
struct List {
    users: HashSet<UserId>,
    renewed_at: Duration,
}

impl Leases {
    /// So much more time has been watched without a gap.
    pub(super) fn advance(&mut self, by: Duration) {
        self.watched += by;
        let watched = self.watched;
        self.lists
            .retain(|_, list| watched.saturating_sub(list.renewed_at) < FORGOTTEN_AFTER);
    }

    /// A user waits with this ticket. The lease of a new ticket begins now.
    pub(super) fn waits(&mut self, user: UserId, ticket: TicketId) {
        let until = self.watched;
        let held = self.users.entry(user).or_insert(Held { ticket, until });
        if held.ticket != ticket {
            *held = Held { ticket, until };
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

    /// A gateway's list, in place of its last one on the same subject: the listed are held, the dropped are not.
    pub(super) fn renew(&mut self, subject: &str, lease: Lease) {
        let list = List {
            users: lease.users.into_iter().collect(),
            renewed_at: self.watched,
        };
        for user in &list.users {
            if let Some(held) = self.users.get_mut(user) {
                held.until = self.watched + HELD_FOR;
            }
        }
        let Some(before) = self.lists.insert(subject.to_owned(), list) else {
            return;
        };
        for user in before.users {
            if !self.lists.values().any(|list| list.users.contains(&user)) {
                self.drop_hold(user);
            }
        }
    }

    fn drop_hold(&mut self, user: UserId) {
        if let Some(held) = self.users.get_mut(&user) {
            held.until = held.until.min(self.watched);
        }
    }

    /// Who has been in no list for `lease` of watched time.
    pub(super) fn expired(&self, lease: Duration) -> Vec<UserId> {
        let over = self
            .users
            .iter()
            .filter(|(_, held)| self.watched >= held.until + lease);
        over.map(|(user, _)| *user).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const LEASE: Duration = Duration::from_secs(30);

    fn one() -> (Leases, UserId) {
        let (mut leases, user) = (Leases::default(), UserId(Uuid::now_v7()));
        leases.waits(user, TicketId(Uuid::now_v7()));
        (leases, user)
    }

    fn list(users: &[UserId]) -> Lease {
        Lease {
            gateway: Uuid::nil(),
            users: users.to_vec(),
        }
    }

    fn seconds(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    #[test]
    fn a_new_ticket_has_its_whole_lease_without_any_socket() {
        let (mut leases, user) = one();
        leases.advance(seconds(29));
        assert!(leases.expired(LEASE).is_empty());
        leases.advance(seconds(1));
        assert_eq!(leases.expired(LEASE), [user]);
    }

    #[test]
    fn a_listed_user_never_expires() {
        let (mut leases, user) = one();
        for _ in 0..20 {
            leases.renew("gateway", list(&[user]));
            leases.advance(seconds(10));
            assert!(leases.expired(LEASE).is_empty());
        }
    }

    #[test]
    fn a_user_who_is_dropped_from_the_list_has_one_lease_from_then_on() {
        let (mut leases, user) = one();
        leases.renew("gateway", list(&[user]));
        leases.advance(seconds(5));
        leases.renew("gateway", list(&[]));
        leases.advance(seconds(29));
        assert!(leases.expired(LEASE).is_empty());
        leases.advance(seconds(1));
        assert_eq!(leases.expired(LEASE), [user]);
    }

    #[test]
    fn a_user_whom_another_gateway_lists_is_still_held() {
        let (mut leases, user) = one();
        leases.renew("one", list(&[user]));
        leases.renew("other", list(&[user]));
        leases.renew("one", list(&[]));
        leases.advance(seconds(35));
        assert!(leases.expired(LEASE).is_empty());
    }

    #[test]
    fn the_users_of_a_gateway_that_died_have_a_lease_after_its_next_list_was_due() {
        let (mut leases, user) = one();
        leases.renew("gateway", list(&[user]));
        leases.advance(seconds(39));
        assert!(leases.expired(LEASE).is_empty());
        leases.advance(seconds(1));
        assert_eq!(leases.expired(LEASE), [user]);
    }

    #[test]
    fn reading_the_same_ticket_again_does_not_renew_its_lease() {
        let (mut leases, user) = one();
        let ticket = leases.users[&user].ticket;
        leases.advance(LEASE);
        leases.waits(user, ticket);
        assert_eq!(leases.expired(LEASE), [user]);
        leases.waits(user, TicketId(Uuid::now_v7()));
        assert!(leases.expired(LEASE).is_empty(), "a new ticket begins anew");
    }
}
