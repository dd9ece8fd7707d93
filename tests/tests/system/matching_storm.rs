//! Four matchmakers are killed, paused and robbed of the lead at random while people join, block, leave and come back:
//! nobody is in two rooms, and nobody meets whom they block.

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use broker::{Broker, PublishError, life::Write};
use contract::{streams::LIFE, subjects};
use domain::{
    TicketId, UserId,
    matching::Features,
    pair::{self, PairKey},
    room,
    ticket::{DEFAULT_POOL, Ticket},
};
use futures_util::{StreamExt, stream};
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use crate::{chance::Chance, jetstream, matching_record::Record, roles::Roles};

const MATCHMAKERS: [&str; 4] = ["matchmaker", "matchmaker-2", "matchmaker-3", "matchmaker-4"];
const BLOCKS_EACH: usize = 10;
const AT_ONCE: usize = 16;
/// A pause that is longer than a leader may be silent: another leads by the time it is over.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How long the last ones may take when all matchmakers run again.
const CALM: Duration = Duration::from_secs(30);

#[tokio::test]
async fn nobody_is_matched_twice_or_with_whom_they_block_while_matchmakers_die_and_sleep() {
    storm(200, Duration::from_secs(15)).await;
}

#[tokio::test]
#[ignore = "slow: make test-long"]
async fn a_thousand_people_are_matched_once_each_while_matchmakers_die_and_sleep() {
    storm(1_000, Duration::from_secs(60)).await;
}

async fn storm(people: usize, length: Duration) {
    let mut roles = Roles::prepare(&[
        ("WEBCHAT__MATCH__TICK_MS", "20"),
        // Nobody here has a socket, and nobody comes to a room.
        ("WEBCHAT__MATCH__LEASE_SECS", "600"),
        ("WEBCHAT__ROOM__NO_SHOW_SECS", "600"),
    ])
    .await;
    let mut chance = Chance::new();
    roles.start_all(&MATCHMAKERS).await;
    let broker = jetstream::connect(&roles.nats.url()).await;
    let crowd = Crowd::new(&broker, people);
    crowd.block_some(&mut chance).await;

    let over = Cell::new(false);
    let (mut faults, mut life) = (chance.split(), chance.split());
    let faults = async {
        break_things(&mut roles, &broker, &mut faults, length).await;
        over.set(true);
    };
    tokio::join!(faults, crowd.live(&over, length, &mut life));

    for name in MATCHMAKERS {
        roles.resume(name);
    }
    let record = calm(&broker).await;
    let (waiting, matches) = (record.waiting(), record.matches);
    eprintln!(
        "{people} people, {matches} matches, {} left over",
        waiting.len()
    );
    assert!(
        matches >= people / 2,
        "{matches} matches of {people} people"
    );
    assert_eq!(record.tickets.len(), people);
}

/// Waits until nobody is left who could be matched.
async fn calm(broker: &Broker) -> Record {
    let quiet = async {
        loop {
            let record = Record::read(broker).await;
            let waiting = record.waiting();
            let all_apart = waiting
                .iter()
                .all(|one| waiting.iter().all(|other| !record.may_meet(*one, *other)));
            // A batch may be half read at the stream's end, not a moment later.
            sleep(Duration::from_millis(250)).await;
            if all_apart {
                let settled = Record::read(broker).await;
                settled.check_agreement();
                return settled;
            }
        }
    };
    let quiet = timeout(CALM, quiet).await;
    quiet.expect("everybody who may meet is matched")
}

/// Kills, pauses and deposes; each process is running again a moment later.
async fn break_things(roles: &mut Roles, broker: &Broker, chance: &mut Chance, length: Duration) {
    let begun = Instant::now();
    while begun.elapsed() < length {
        let name = MATCHMAKERS[chance.below(MATCHMAKERS.len())];
        let moment = chance.between(Duration::from_millis(20), Duration::from_millis(500));
        match chance.below(4) {
            0 => {
                roles.kill9(name);
                sleep(moment).await;
                roles.spawn(name);
            }
            1 => {
                let pause = chance.between(Duration::from_millis(10), LONGEST_PAUSE);
                roles.pause(name);
                sleep(pause).await;
                roles.resume(name);
            }
            // Whoever looks first leads, while the leader before notices its loss later.
            _ => {
                let heartbeat = subjects::life_leader(DEFAULT_POOL);
                broker.purge(&LIFE, &heartbeat, 0).await.expect("a purge");
            }
        }
        sleep(moment).await;
    }
}

/// The people, who do through the broker what a gateway does for them.
struct Crowd<'a> {
    broker: &'a Broker,
    users: Vec<UserId>,
    joined: RefCell<Vec<UserId>>,
}

impl<'a> Crowd<'a> {
    fn new(broker: &'a Broker, people: usize) -> Self {
        let users = (0..people).map(|_| UserId(Uuid::now_v7())).collect();
        Self {
            broker,
            users,
            joined: RefCell::default(),
        }
    }

    async fn block_some(&self, chance: &mut Chance) {
        let mut blocks = Vec::new();
        for by in &self.users {
            for _ in 0..BLOCKS_EACH {
                blocks.push((*by, self.users[chance.below(self.users.len())]));
            }
        }
        let blocks = stream::iter(blocks).map(|(by, whom)| self.block(by, whom));
        blocks.buffer_unordered(AT_ONCE).collect::<()>().await;
    }

    async fn block(&self, by: UserId, whom: UserId) {
        let Some(key) = PairKey::of(by, whom) else {
            return;
        };
        let block = pair::Input::Block { by, on: true };
        self.broker.change_pair(key, block).await.expect("a block");
    }

    /// Everybody joins in time; meanwhile some block somebody, some leave their room and join again.
    async fn live(&self, over: &Cell<bool>, length: Duration, chance: &mut Chance) {
        let people = u32::try_from(self.users.len()).expect("a number of people");
        let pace = length * 2 / 3 / people;
        for user in &self.users {
            self.join(*user).await;
            self.joined.borrow_mut().push(*user);
            self.something_happens(chance).await;
            sleep(pace).await;
        }
        while !over.get() {
            self.something_happens(chance).await;
            sleep(pace).await;
        }
    }

    async fn something_happens(&self, chance: &mut Chance) {
        let mut somebody = || {
            let joined = self.joined.borrow();
            joined[chance.below(joined.len())]
        };
        let (one, other) = (somebody(), somebody());
        if chance.percent(15) {
            self.block(one, other).await;
        }
        if chance.percent(30) {
            self.come_back(other).await;
        }
    }

    async fn join(&self, user: UserId) {
        let current = self.broker.ticket(user).await.expect("a read");
        let seq = current.map_or(0, |ticket| ticket.seq);
        let ticket = Ticket::join(
            TicketId(Uuid::now_v7()),
            user,
            anybody(),
            self.broker.clock().now(),
        );
        match self
            .broker
            .commit(&[Write::Ticket(Box::new(ticket), seq)])
            .await
        {
            Ok(_) | Err(PublishError::Conflict) => {}
            Err(error) => panic!("{error}"),
        }
    }

    /// Leaves the room, if there is one, and joins again.
    async fn come_back(&self, user: UserId) {
        let ticket = self.broker.ticket(user).await.expect("a read");
        let Some(room) = ticket.and_then(|ticket| ticket.value.matched_room()) else {
            return;
        };
        let leave = room::Input::Leave { by: user };
        let left = self.broker.change_room(room, leave, None).await;
        left.expect("a room can be left");
        self.join(user).await;
    }
}

fn anybody() -> Features {
    Features {
        age: 30,
        gender: "other".to_owned(),
        interests: vec!["chess".to_owned()],
        ..Features::default()
    }
}
