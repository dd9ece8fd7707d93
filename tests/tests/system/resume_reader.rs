//! A client that loses its connection again and again, and comes back where it was.

use std::{cell::Cell, time::Duration};

use contract::{frames::ChatServerFrame, message::Message};
use domain::RoomId;
use tokio::time::{sleep, timeout};
use uuid::Uuid;
use webchat_tests::proxy::{Link, Proxy};

use crate::{
    chance::Chance,
    client::Person,
    socket::Acked,
    wire::{self, Frame, Wire},
};

const SHORTEST_CUT: Duration = Duration::from_millis(100);
/// How long everything may take to be shown after the last message: rooms are read again every half minute.
const CALM: Duration = Duration::from_secs(60);
/// How long a connection lasts, at the most.
const LONGEST_STAY: Duration = Duration::from_millis(1_000);
const RETRY_AFTER: Duration = Duration::from_millis(100);
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Somebody's device. It shows each message once, in order, and knows in which stream it has read up to where.
#[derive(Debug)]
pub struct Reader {
    /// The owner, in front of each gateway.
    gateways: Vec<(Person, Proxy)>,
    room: RoomId,
    epoch: Option<Uuid>,
    /// What it has shown.
    pub shown: Vec<Acked>,
    /// How often everything missed was sent after the hello.
    pub recovered: usize,
    /// How often something had been missed then.
    pub missed: usize,
    /// How long it was cut off at the most.
    pub longest_cut: Duration,
    /// How often the hello told to read the history instead.
    pub lost: usize,
}

impl Reader {
    /// A device that has shown nothing. Its way to each gateway is a proxy of its own.
    pub async fn new(person: &Person, room: RoomId, ports: &[u16]) -> Self {
        let mut gateways = Vec::new();
        for port in ports {
            let link = Proxy::start(*port).await;
            let url = format!("http://127.0.0.1:{}", link.port());
            gateways.push((person.at(&url), link));
        }
        Self {
            gateways,
            room,
            epoch: None,
            shown: Vec::new(),
            recovered: 0,
            missed: 0,
            longest_cut: Duration::ZERO,
            lost: 0,
        }
    }

    /// Reads, is cut off, comes back at one of the gateways, until it has shown the last message. The first cuts are as
    /// long as they are planned, the others by chance.
    pub async fn read(
        &mut self,
        chance: &mut Chance,
        planned: &[Duration],
        longest_cut: Duration,
        last: &Cell<Option<u64>>,
    ) {
        let mut planned = planned.iter();
        loop {
            let gateway = chance.below(self.gateways.len());
            let Some(mut wire) = self.open(gateway).await else {
                sleep(RETRY_AFTER).await;
                continue;
            };
            // A device that reads the history is not cut off in it, else it would never know a position to return to.
            let Some(strictly) = self.greet(gateway, &mut wire).await else {
                sleep(RETRY_AFTER).await;
                continue;
            };
            let stay = chance.between(RETRY_AFTER, LONGEST_STAY);
            // After the last message nothing is cut any more.
            let is_over = last.get().is_some();
            let stay = if is_over { CALM } else { stay };
            let follow = self.follow(&mut wire, strictly, last);
            match timeout(stay, follow).await {
                Ok(Followed::Everything) => return,
                followed => assert!(
                    !is_over || followed.is_ok(),
                    "the last message is not shown"
                ),
            }
            let (_, link) = &self.gateways[gateway];
            let by_chance = chance.between_magnitudes(SHORTEST_CUT, longest_cut);
            let cut = planned.next().copied().unwrap_or(by_chance);
            self.longest_cut = self.longest_cut.max(cut);
            match chance.below(3) {
                0 => drop(wire),
                1 => link.set(Link::Cut),
                // The client gives up a connection on which it hears nothing.
                _ => link.set(Link::HalfOpen),
            }
            sleep(cut).await;
            link.set(Link::PLAIN);
        }
    }

    async fn open(&self, gateway: usize) -> Option<Wire> {
        let query = self
            .epoch
            .map(|epoch| format!("?after={}&epoch={epoch}", self.last()))
            .unwrap_or_default();
        let (person, _) = &self.gateways[gateway];
        person.wire(self.room, &query).await.ok()
    }

    fn last(&self) -> u64 {
        self.shown.last().map_or(0, |acked| acked.seq)
    }

    /// Reads the hello, and the history where it says so: whether everything that was missed follows. `None` where the
    /// connection ends first.
    async fn greet(&mut self, gateway: usize, wire: &mut Wire) -> Option<bool> {
        let Ok(Frame::Text(text)) = timeout(CALM, wire::read(wire)).await else {
            return None;
        };
        let hello = wire::parse(&text);
        let ChatServerFrame::Hello {
            epoch,
            recovered,
            last_seq,
            ..
        } = hello
        else {
            panic!("{hello:?} instead of a hello");
        };
        let strictly = recovered && self.epoch.is_some();
        if strictly {
            self.recovered += 1;
            self.missed += usize::from(last_seq > self.last());
        } else {
            self.read_history(gateway).await?;
        }
        self.lost += usize::from(!recovered);
        self.epoch = Some(epoch);
        Some(strictly)
    }

    async fn follow(
        &mut self,
        wire: &mut Wire,
        strictly: bool,
        last: &Cell<Option<u64>>,
    ) -> Followed {
        loop {
            if last.get().is_some_and(|last| self.last() >= last) {
                return Followed::Everything;
            }
            match timeout(LOOK_EVERY, wire::read(wire)).await {
                Err(_nothing_new) => {}
                Ok(Frame::Closed(_)) => return Followed::UntilTheEnd,
                Ok(Frame::Text(text)) => {
                    if let ChatServerFrame::Message(message) = wire::parse(&text) {
                        self.show(&message, strictly);
                    }
                }
            }
        }
    }

    /// Whoever was told to have everything gets what is missing and nothing else. Who read the history in between may
    /// know the first ones already.
    fn show(&mut self, message: &Message, strictly: bool) {
        if !strictly && message.seq <= self.last() {
            return;
        }
        assert_eq!(message.prev_seq, self.last(), "no gap and no repeat");
        self.shown.push(Acked {
            client_id: message.client_id,
            seq: message.seq,
        });
    }

    /// Reads on from the last message; `None` where the gateway does not answer.
    async fn read_history(&mut self, gateway: usize) -> Option<()> {
        loop {
            let path = format!(
                "/chat/rooms/{}/messages?after={}&limit=100",
                self.room,
                self.last()
            );
            let (person, _) = &self.gateways[gateway];
            let answer = person.get(&path).await;
            if answer.status == 503 {
                return None;
            }
            let page: serde_json::Value = answer.expect(200);
            let items: Vec<Message> =
                serde_json::from_value(page["items"].clone()).expect("messages");
            for message in &items {
                self.show(message, true);
            }
            // What is said meanwhile comes on the socket.
            if page["has_more"] == false {
                return Some(());
            }
        }
    }
}

/// How following a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Followed {
    /// The last message was shown.
    Everything,
    /// The connection ended.
    UntilTheEnd,
}
