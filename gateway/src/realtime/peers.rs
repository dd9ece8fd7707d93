//! With whom a user keeps rooms, and who of them is online anywhere.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    time::Duration,
};

use contract::live::GatewayConnection;
use domain::{RoomId, UserId};
use tokio::time::Instant;

/// How many a user is told of: those of the newest rooms.
pub const MOST: usize = 200;
/// How often a gateway says again who is online with it.
pub const SAID_AGAIN_EVERY: Duration = Duration::from_secs(60);
/// What is not said again for so long is forgotten, should a goodbye have been lost.
const EXPIRES_AFTER: Duration = Duration::from_secs(180);

/// The user's peers: the other members of the rooms that the user keeps. Nobody else is ever told of.
#[derive(Debug, Default)]
pub struct Peers {
    kept: HashMap<UserId, Peer>,
    told: BTreeSet<UserId>,
    /// Rooms that changed while the kept ones are being read: what is read of them may be older.
    changed: Option<HashSet<RoomId>>,
}

#[derive(Debug)]
struct Peer {
    room: RoomId,
    /// Where the peer is said to have a socket, and when that was said last.
    at: HashMap<GatewayConnection, Instant>,
}

impl Peers {
    /// A room is kept. Whether the peer was none before. Beyond the bound, the peer of the oldest room goes.
    pub fn keep(&mut self, room: RoomId, peer: UserId) -> bool {
        self.note(room);
        self.add(room, peer)
    }

    /// A room is not kept any more.
    pub fn part(&mut self, room: RoomId) {
        self.note(room);
        self.kept.retain(|_, peer| peer.room != room);
    }

    /// The kept rooms are about to be read.
    pub fn begin_reading(&mut self) {
        self.changed = Some(HashSet::new());
    }

    /// Whether they are being read.
    pub fn is_reading(&self) -> bool {
        self.changed.is_some()
    }

    /// They could not be read.
    pub fn not_read(&mut self) {
        self.changed = None;
    }

    /// The kept rooms as they were read; what has changed since is known better.
    pub fn read(&mut self, rooms: &[(RoomId, UserId)]) {
        let changed = self.changed.take().unwrap_or_default();
        let kept: HashSet<_> = rooms.iter().copied().collect();
        self.kept.retain(|user, peer| {
            changed.contains(&peer.room) || kept.contains(&(peer.room, *user))
        });
        for (room, peer) in rooms.iter().filter(|(room, _)| !changed.contains(room)) {
            self.add(*room, *peer);
        }
    }

    /// A gateway says whether a peer has a socket there. Whether it is a peer at all.
    pub fn announced(
        &mut self,
        user: UserId,
        gateway: GatewayConnection,
        online: bool,
        now: Instant,
    ) -> bool {
        let Some(peer) = self.kept.get_mut(&user) else {
            return false;
        };
        if online {
            peer.at.insert(gateway, now);
        } else {
            peer.at.remove(&gateway);
        }
        true
    }

    /// Who came and who went since the last call, as far as these gateways are still there.
    pub fn changes(
        &mut self,
        living: &HashSet<GatewayConnection>,
        now: Instant,
    ) -> Vec<(UserId, bool)> {
        for peer in self.kept.values_mut() {
            peer.at.retain(|gateway, said| {
                living.contains(gateway) && now.duration_since(*said) < EXPIRES_AFTER
            });
        }
        let there = self.kept.iter().filter(|(_, peer)| !peer.at.is_empty());
        let online: BTreeSet<_> = there.map(|(user, _)| *user).collect();
        let came = online.difference(&self.told).map(|user| (*user, true));
        let went = self.told.difference(&online).map(|user| (*user, false));
        let changes = came.chain(went).collect();
        self.told = online;
        changes
    }

    /// Who was online at the last call of [`Peers::changes`].
    pub fn online(&self) -> Vec<UserId> {
        self.told.iter().copied().collect()
    }

    /// All of them.
    pub fn all(&self) -> Vec<UserId> {
        self.kept.keys().copied().collect()
    }

    fn note(&mut self, room: RoomId) {
        if let Some(changed) = &mut self.changed {
            changed.insert(room);
        }
    }

    fn add(&mut self, room: RoomId, user: UserId) -> bool {
        if let Some(known) = self.kept.get_mut(&user) {
            known.room = room;
            return false;
        }
        let at = HashMap::new();
        self.kept.insert(user, Peer { room, at });
        if self.kept.len() > MOST {
            let oldest = self.kept.iter().min_by_key(|(_, peer)| peer.room);
            let oldest = oldest.map(|(user, _)| *user);
            oldest.and_then(|user| self.kept.remove(&user));
        }
        self.kept.contains_key(&user)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn user(n: u128) -> UserId {
        UserId(Uuid::from_u128(n))
    }

    fn room(n: u128) -> RoomId {
        RoomId(Uuid::from_u128(n))
    }

    fn gateway(n: u128) -> GatewayConnection {
        GatewayConnection {
            gateway: Uuid::from_u128(n),
            established: 1,
        }
    }

    fn living(gateways: impl IntoIterator<Item = u128>) -> HashSet<GatewayConnection> {
        gateways.into_iter().map(gateway).collect()
    }

    #[test]
    fn a_peer_is_online_while_any_living_gateway_says_so() {
        let (mut peers, now, both) = (Peers::default(), Instant::now(), living([1, 2]));
        assert!(peers.keep(room(1), user(1)));
        assert!(peers.announced(user(1), gateway(1), true, now));
        assert_eq!(peers.changes(&both, now), [(user(1), true)]);
        peers.announced(user(1), gateway(2), true, now);
        peers.announced(user(1), gateway(1), false, now);
        assert_eq!(peers.changes(&both, now), [], "the other gateway has one");
        assert_eq!(peers.online(), [user(1)]);
        assert_eq!(peers.changes(&living([1]), now), [(user(1), false)]);
        assert_eq!(peers.changes(&both, now), [], "and it is not taken back");
    }

    #[test]
    fn nobody_is_told_of_but_those_with_whom_a_room_is_kept() {
        let (mut peers, now, all) = (Peers::default(), Instant::now(), living([1]));
        assert!(!peers.announced(user(1), gateway(1), true, now));
        assert_eq!(peers.changes(&all, now), []);
        peers.keep(room(1), user(1));
        peers.announced(user(1), gateway(1), true, now);
        peers.changes(&all, now);
        peers.part(room(1));
        assert_eq!(peers.changes(&all, now), [(user(1), false)]);
        assert!(!peers.announced(user(1), gateway(1), true, now));
    }

    #[test]
    fn what_is_not_said_again_is_forgotten() {
        let (mut peers, now, all) = (Peers::default(), Instant::now(), living([1]));
        peers.keep(room(1), user(1));
        peers.announced(user(1), gateway(1), true, now);
        peers.changes(&all, now);
        let soon = now + 2 * SAID_AGAIN_EVERY;
        assert_eq!(peers.changes(&all, soon), [], "one may be lost");
        assert_eq!(peers.changes(&all, now + EXPIRES_AFTER), [(user(1), false)]);
    }

    #[test]
    fn what_changed_during_the_reading_is_known_better_than_what_was_read() {
        let mut peers = Peers::default();
        peers.keep(room(1), user(1));
        peers.keep(room(2), user(2));
        peers.begin_reading();
        peers.part(room(2));
        peers.keep(room(3), user(3));
        peers.read(&[(room(2), user(2)), (room(4), user(4))]);
        let mut all = peers.all();
        all.sort_unstable();
        assert_eq!(all, [user(3), user(4)], "1 is gone, 2 went, 3 is new");
        assert!(!peers.is_reading());
    }

    #[test]
    fn the_peers_are_bounded_and_those_of_the_newest_rooms_stay() {
        let mut peers = Peers::default();
        for n in 0..MOST as u128 {
            assert!(peers.keep(room(n + 10), user(n + 10)));
        }
        assert!(!peers.keep(room(1), user(1)), "an older room");
        assert!(peers.keep(room(9_999), user(9_999)));
        assert_eq!(peers.all().len(), MOST);
        assert!(!peers.all().contains(&user(10)), "the oldest one");
    }
}
