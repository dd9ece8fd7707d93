//! A run from its start to its judgement.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use domain::{ClientId, RoomId, Timestamp, UserId};
use tokio::{sync::watch, task::JoinSet, time::sleep};

use super::{
    evidence, judge,
    ledger::{Event, Ledger},
    listeners::listen,
    meetings::{self, meet},
    people::{self, Actor},
    plan::{Planned, plan},
    report::{kept_ledger, report},
    stage::{Broker, Stage},
    storm::storm,
    talkers::talk,
};
use crate::client::Person;

/// Short phases, so that a run has many of them; people who have met may meet again soon.
const SETTINGS: [(&str, &str); 6] = [
    ("WEBCHAT__NATS__REQUEST_TIMEOUT_MS", "1000"),
    ("WEBCHAT__ROOM__COUNTDOWN_SECS", "4"),
    ("WEBCHAT__ROOM__NOTIFICATION_SECS", "2"),
    ("WEBCHAT__ROOM__NO_SHOW_SECS", "3"),
    ("WEBCHAT__MATCH__RECENT_PARTNER_SECS", "1"),
    ("JWT_ACCESS_TOKEN_EXPIRE_MINUTES", "600"),
];
const ROOMS: usize = 8;
const MEETING: usize = 10;
/// How long a listener may take to hear the last message when all faults are over.
const CATCH_UP: Duration = Duration::from_secs(30);

/// What a run is drawn from.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    pub seed: u64,
    pub length: Duration,
    pub longest_fault: Duration,
}

/// Whoever takes part.
pub(super) struct Cast {
    /// Each room with its two members.
    pub rooms: Vec<(RoomId, [Person; 2])>,
    pub meeting: Vec<Person>,
    pub blocked: BTreeSet<(UserId, UserId)>,
}

/// Plays a run and panics with every promise that it broke.
pub async fn run(broker: Broker, run: Run) {
    let servers = broker.servers();
    let faults = plan(run.seed, run.length, run.longest_fault, servers);
    eprintln!(
        "seed {} (WEBCHAT_FAULT_SEED), {:?}, {servers} nats-server, {} faults",
        run.seed,
        run.length,
        faults.len()
    );
    let mut stage = Stage::set(broker, &SETTINGS).await;
    let cast = Cast::gather(&stage.urls()).await;
    let ledger = Ledger::new();
    let played = play(&mut stage, &cast, &ledger, &faults, run).await;
    let ready_after = played.ready_after;
    let evidence = evidence::gather(&stage, &cast, &ledger, played).await;
    let mut broken = judge::judge(&evidence);
    broken.extend(judge::shortcomings(&evidence, run.length));
    broken.extend(stage.ended.iter().cloned());
    report(&evidence, &faults, ready_after, stage.restarts);
    if !broken.is_empty() {
        let path = kept_ledger(&ledger, run.seed, servers);
        let first: Vec<_> = broken.iter().take(20).map(String::as_str).collect();
        let count = broken.len();
        panic!(
            "{count} broken promises, the ledger is {path}:\n{}",
            first.join("\n")
        );
    }
}

impl Cast {
    async fn gather(urls: &[String]) -> Self {
        let url = &urls[0];
        let mut rooms = Vec::new();
        for _ in 0..ROOMS {
            let (ada, ben) = tokio::join!(Person::join(url), Person::join(url));
            rooms.push((ada.open_room(&ben).await, [ada, ben]));
        }
        let mut meeting = Vec::new();
        for _ in 0..MEETING {
            meeting.push(Person::join(url).await);
        }
        let mut blocked = BTreeSet::new();
        for (one, other) in meeting.iter().zip(&meeting[1..]) {
            meetings::block(one, other.id).await;
            blocked.insert((one.id, other.id));
        }
        Self {
            rooms,
            meeting,
            blocked,
        }
    }
}

type Shown = BTreeMap<(RoomId, UserId), Vec<(u64, ClientId)>>;

/// What a run leaves behind.
pub(super) struct Played {
    pub shown: Shown,
    pub disturbed: Vec<(Timestamp, Timestamp)>,
    pub ready_after: Duration,
}

/// People and faults, until all faults are over and everybody has heard everything.
async fn play(
    stage: &mut Stage,
    cast: &Cast,
    ledger: &Ledger,
    faults: &[Planned],
    run: Run,
) -> Played {
    let urls = stage.urls();
    let over = Arc::new(AtomicBool::new(false));
    let (last, follow) = watch::channel(None);
    let mut seed = run.seed;
    let mut actor = |person: &Person| {
        seed = seed.wrapping_add(1);
        Actor::new(person, &urls, ledger, seed, &over)
    };
    let (mut active, mut listening) = (JoinSet::new(), JoinSet::new());
    for (room, members) in &cast.rooms {
        for member in members {
            let (room, user, follow) = (*room, member.id, follow.clone());
            active.spawn(talk(actor(member), room));
            let listener = actor(member);
            listening.spawn(async move {
                ((room, user), listen(listener, room, follow, CATCH_UP).await)
            });
        }
    }
    for person in &cast.meeting {
        active.spawn(meet(actor(person)));
    }

    let disturbed = storm(stage, faults, run.length).await;
    let ready_after = stage.until_ready().await;
    // Those who wait for an ack get it now; whatever came of the others' last words is one message or none.
    sleep(people::PATIENCE).await;
    over.store(true, Ordering::Relaxed);
    while let Some(ended) = active.join_next().await {
        ended.expect("no actor panics");
    }
    last.send_replace(Some(newest(ledger)));
    let mut shown = Shown::new();
    while let Some(heard) = listening.join_next().await {
        let (whose, messages) = heard.expect("no listener panics");
        shown.insert(whose, messages);
    }
    Played {
        shown,
        disturbed,
        ready_after,
    }
}

/// The last message that was acknowledged in each room.
fn newest(ledger: &Ledger) -> BTreeMap<RoomId, u64> {
    let mut newest = BTreeMap::new();
    for entry in ledger.entries() {
        if let Event::Acked { seq, .. } = entry.event {
            let last: &mut u64 = newest.entry(entry.room).or_default();
            *last = seq.max(*last);
        }
    }
    newest
}
