//! What the stream says of a matching, event by event: who was in which room when, and whether that was allowed.

use std::collections::{BTreeMap, HashMap};

use broker::{
    Broker,
    life::{Versioned, decode},
};
use contract::{
    streams::LIFE,
    subjects::{self, LIFE_ALL, LifeKind},
};
use domain::{
    RoomId, UserId,
    pair::{Pair, PairKey},
    room::Room,
    ticket::{Ticket, TicketState},
};

const PAGE: usize = 1_000;

/// Everything that ever happened to rooms, pairs and tickets, followed in the stream's order.
#[derive(Debug, Default)]
pub struct Record {
    /// Each room as it is now.
    pub rooms: HashMap<RoomId, Room>,
    /// Each pair as it is now.
    pub pairs: BTreeMap<PairKey, Pair>,
    /// Each ticket as it is now.
    pub tickets: BTreeMap<UserId, Ticket>,
    /// How often somebody was matched.
    pub matches: usize,
}

impl Record {
    /// Reads the stream from its beginning, and checks every step: who is matched was waiting and in no room, and
    /// neither blocks the other.
    pub async fn read(broker: &Broker) -> Self {
        let mut record = Self::default();
        let mut from = 1;
        loop {
            let page = broker
                .replay(&LIFE, LIFE_ALL, from, PAGE)
                .await
                .expect("events");
            let Some(last) = page.last() else {
                return record;
            };
            from = last.seq + 1;
            for event in &page {
                match subjects::parse_life(&event.subject) {
                    Some(LifeKind::Room(_)) => record.room(decode(event).expect("a room")),
                    Some(LifeKind::Pair(_)) => record.pair(decode(event).expect("a pair")),
                    Some(LifeKind::Ticket(_)) => record.ticket(decode(event).expect("a ticket")),
                    _ => {}
                }
            }
        }
    }

    fn ticket(&mut self, Versioned { value, seq, .. }: Versioned<Ticket>) {
        let user = value.user_id;
        let before = self.tickets.get(&user).map(|ticket| &ticket.state);
        if let TicketState::Matched { .. } = value.state {
            assert_eq!(
                before,
                Some(&TicketState::Waiting),
                "{user} is matched at {seq} and was not waiting"
            );
        }
        self.tickets.insert(user, value);
    }

    fn pair(&mut self, Versioned { value, seq, .. }: Versioned<Pair>) {
        let before = self.pairs.get(&value.key);
        if before.is_some_and(Pair::is_blocked) {
            let room_before = before.and_then(|pair| pair.room);
            assert_eq!(
                value.room, room_before,
                "{:?} block each other and met at {seq}",
                value.key
            );
        }
        self.pairs.insert(value.key, value);
    }

    /// The batch of a match has its room last.
    fn room(&mut self, Versioned { value, seq, .. }: Versioned<Room>) {
        let key = PairKey::of(value.members[0], value.members[1]).expect("two people");
        if !self.rooms.contains_key(&value.id) {
            self.matches += 1;
            let pair = &self.pairs[&key];
            assert_eq!(
                pair.room,
                Some(value.id),
                "the pair knows its room at {seq}"
            );
            assert!(
                !pair.is_blocked(),
                "{key:?} block each other and met at {seq}"
            );
            for member in value.members {
                assert_eq!(
                    self.undecided_room_of(member),
                    None,
                    "{member} is in a room and was matched at {seq}"
                );
            }
        }
        self.rooms.insert(value.id, value);
    }

    fn undecided_room_of(&self, user: UserId) -> Option<RoomId> {
        let room = self
            .rooms
            .values()
            .find(|room| room.has_member(user) && !room.is_decided());
        room.map(|room| room.id)
    }

    /// Tickets and rooms say the same, and no two people who block each other share a room.
    pub fn check_agreement(&self) {
        for ticket in self.tickets.values() {
            if let Some(room) = ticket.matched_room() {
                let room = &self.rooms[&room];
                assert!(room.has_member(ticket.user_id), "{ticket:?}: {room:?}");
            }
        }
        for room in self.rooms.values().filter(|room| !room.is_decided()) {
            for member in room.members {
                let matched = self.tickets[&member].matched_room();
                assert_eq!(matched, Some(room.id), "the ticket of {member}");
            }
        }
        for pair in self.pairs.values().filter(|pair| pair.is_blocked()) {
            let room = pair.room.map(|room| &self.rooms[&room]);
            assert!(
                room.is_none_or(Room::is_ended),
                "{:?} block each other and share a room",
                pair.key
            );
        }
    }

    /// Who still waits.
    pub fn waiting(&self) -> Vec<UserId> {
        let waiting = self.tickets.values().filter(|ticket| ticket.is_waiting());
        waiting.map(|ticket| ticket.user_id).collect()
    }

    /// Whether the matchmaker may bring two people together who never met.
    pub fn may_meet(&self, one: UserId, other: UserId) -> bool {
        PairKey::of(one, other).is_some_and(|key| {
            self.pairs
                .get(&key)
                .is_none_or(|pair| !pair.is_blocked() && pair.last_met_at.is_none())
        })
    }
}
