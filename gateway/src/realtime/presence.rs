//! Who is online in a room, over all gateways.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use domain::UserId;
use tokio::time::Instant;
use uuid::Uuid;

/// How often a gateway announces the members that are online with it.
pub const ANNOUNCE_EVERY: Duration = Duration::from_millis(1_500);
/// An announcement that is not repeated for this long is forgotten.
pub const EXPIRES_AFTER: Duration = Duration::from_millis(4_500);

/// What is known of who is online: from the own sockets, and from the other gateways' announcements.
#[derive(Debug, Default)]
pub struct Presence {
    here: BTreeSet<UserId>,
    elsewhere: HashMap<Uuid, (Instant, Vec<UserId>)>,
    told: BTreeSet<UserId>,
}

impl Presence {
    /// The members that have a socket on this gateway.
    pub fn set_here(&mut self, users: impl IntoIterator<Item = UserId>) {
        self.here = users.into_iter().collect();
    }

    /// Another gateway's announcement; it replaces that gateway's earlier one.
    pub fn announced(&mut self, gateway: Uuid, users: Vec<UserId>, now: Instant) {
        match users.is_empty() {
            true => self.elsewhere.remove(&gateway),
            false => self.elsewhere.insert(gateway, (now + EXPIRES_AFTER, users)),
        };
    }

    /// Who came and who went since the last call.
    pub fn changes(&mut self, now: Instant) -> Vec<(UserId, bool)> {
        self.elsewhere.retain(|_, (expires, _)| *expires > now);
        let elsewhere = self
            .elsewhere
            .values()
            .flat_map(|(_, users)| users.iter().copied());
        let online: BTreeSet<_> = self.here.iter().copied().chain(elsewhere).collect();
        let came = online.difference(&self.told).map(|user| (*user, true));
        let went = self.told.difference(&online).map(|user| (*user, false));
        let changes = came.chain(went).collect();
        self.told = online;
        changes
    }

    /// Whether a member was online at the last call of [`Presence::changes`].
    pub fn is_online(&self, user: UserId) -> bool {
        self.told.contains(&user)
    }

    /// Whether a member has a socket on this gateway.
    pub fn is_here(&self, user: UserId) -> bool {
        self.here.contains(&user)
    }

    /// The members that have a socket on this gateway.
    pub fn here(&self) -> Vec<UserId> {
        self.here.iter().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(n: u128) -> UserId {
        UserId(Uuid::from_u128(n))
    }

    #[test]
    fn a_member_is_online_while_any_gateway_says_so() {
        let (start, gateway) = (Instant::now(), Uuid::from_u128(9));
        let mut presence = Presence::default();
        presence.set_here([user(1)]);
        assert_eq!(presence.changes(start), [(user(1), true)]);
        presence.announced(gateway, vec![user(1), user(2)], start);
        assert_eq!(presence.changes(start), [(user(2), true)]);
        presence.set_here([]);
        assert_eq!(
            presence.changes(start),
            [],
            "the other gateway still has it"
        );
        presence.announced(gateway, vec![], start);
        assert_eq!(
            presence.changes(start),
            [(user(1), false), (user(2), false)]
        );
    }

    #[test]
    fn a_gateway_that_falls_silent_is_forgotten_within_five_seconds() {
        let start = Instant::now();
        let mut presence = Presence::default();
        presence.announced(Uuid::from_u128(9), vec![user(2)], start);
        presence.changes(start);
        assert_eq!(presence.changes(start + Duration::from_secs(4)), []);
        assert_eq!(
            presence.changes(start + Duration::from_secs(5)),
            [(user(2), false)]
        );
    }
}
