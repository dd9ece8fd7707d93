//! A run from its start to its judgement.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use domain::{ClientId, RoomId, UserId, room::Room};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep},
};

use super::{
    archive,
    judge::{self, Evidence},
    ledger::{Event, Ledger, Placed},
    listeners::listen,
    meetings::{self, meet},
    people::{self, Actor},
    plan::{Planned, plan},
    stage::{Broker, Stage},
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
/// Rooms whose people went away come to their outcome by their timers: 3 + 4 + 2 seconds, and what a fault added.
const OUTCOMES: Duration = Duration::from_secs(12);

/// What a run is drawn from.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    pub seed: u64,
    pub length: Duration,
    pub longest_fault: Duration,
}

/// Whoever takes part.
struct Cast {
    /// Each room with its two members.
    rooms: Vec<(RoomId, [Person; 2])>,
    meeting: Vec<Person>,
    blocked: BTreeSet<(UserId, UserId)>,
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
    let (shown, ready_after) = play(&mut stage, &cast, &ledger, &faults, run).await;
    let evidence = evidence(&stage, &cast, &ledger, shown).await;
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

/// People and faults, until all faults are over and everybody has heard everything.
async fn play(
    stage: &mut Stage,
    cast: &Cast,
    ledger: &Ledger,
    faults: &[Planned],
    run: Run,
) -> (Shown, Duration) {
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

    storm(stage, faults, run.length).await;
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
    (shown, ready_after)
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

/// Begins and ends each fault at its time.
async fn storm(stage: &mut Stage, faults: &[Planned], length: Duration) {
    let begun = Instant::now();
    let mut steps: Vec<(Duration, bool, &Planned)> = faults
        .iter()
        .flat_map(|fault| {
            [
                (fault.at, true, fault),
                (fault.at + fault.lasts, false, fault),
            ]
        })
        .collect();
    steps.sort_by_key(|(at, ..)| *at);
    for (at, begins, fault) in steps {
        tokio::time::sleep_until(begun + at).await;
        if begins {
            eprintln!("{fault}");
            stage.begin(fault);
        } else {
            stage.end(fault).await;
        }
        stage.look_after();
        stage.see_who_is_up().await;
    }
    tokio::time::sleep_until(begun + length).await;
}

async fn evidence(stage: &Stage, cast: &Cast, ledger: &Ledger, shown: Shown) -> Evidence {
    sleep(OUTCOMES).await;
    let database = archive::open(&stage.database.url()).await;
    archive::until_settled(&database, &ledger.entries()).await;
    let urls = stage.urls();
    let calm = Arc::new(AtomicBool::new(false));
    let mut read = BTreeMap::new();
    for (room, members) in &cast.rooms {
        for member in members {
            let mut actor = Actor::new(member, &urls, ledger, 0, &calm);
            read.insert((*room, member.id), whole_history(&mut actor, *room).await);
        }
    }
    let recorded = archive::lives(&database).await;
    let (mut lives, mut placed) = (BTreeMap::new(), BTreeMap::new());
    for (room, life) in recorded {
        let (seqs, life): (Vec<u64>, Vec<Room>) = life.into_iter().unzip();
        placed.insert(room, seqs);
        lives.insert(room, life);
    }
    for person in &cast.meeting {
        let mut actor = Actor::new(person, &urls, ledger, 0, &calm);
        for room in lives.values().filter_map(|life| life.last()) {
            if room.has_member(person.id) {
                see_the_end(&mut actor, room.id).await;
            }
        }
    }
    Evidence {
        entries: ledger.entries(),
        stored: archive::stored(&database).await,
        read,
        shown,
        lives,
        placed,
        blocked: cast.blocked.clone(),
        begun_at: ledger.begun_at,
    }
}

/// Everything is up: whoever was in a room is told how it ended.
async fn see_the_end(actor: &mut Actor, room: RoomId) {
    for _ in 0..10 {
        if meetings::look(actor, room).await.is_some() {
            return;
        }
        sleep(Duration::from_secs(1)).await;
    }
    let what = "the end of a room cannot be seen although everything is up".to_owned();
    actor.write(room, Event::Strange(what));
}

async fn whole_history(actor: &mut Actor, room: RoomId) -> Vec<Placed> {
    for _ in 0..10 {
        if let Some(history) = people::history(actor, room).await {
            return history;
        }
        sleep(Duration::from_secs(1)).await;
    }
    panic!("the history of {room} cannot be read although everything is up");
}

fn report(evidence: &Evidence, faults: &[Planned], ready_after: Duration, restarts: usize) {
    let count = |which: fn(&Event) -> bool| {
        let entries = evidence.entries.iter();
        entries.filter(|entry| which(&entry.event)).count()
    };
    let lateness = judge::lateness(evidence);
    let matched = evidence
        .lives
        .values()
        .filter(|life| life.last().is_some_and(|room| room.the_match().is_some()));
    eprintln!(
        "{} faults; ready {ready_after:.1?} after the last; {restarts} restarts by the supervisor\n\
         sent {} ({} again), acknowledged {}, refused {}, heard {}\n\
         reconnects {} (recovered {}), read again {}\n\
         matches {}, timers {}, the latest {} ms after its deadline",
        faults.len(),
        count(|event| matches!(event, Event::Sent { .. })),
        count(|event| matches!(event, Event::Sent { again: true, .. })),
        count(|event| matches!(event, Event::Acked { .. })),
        count(|event| matches!(event, Event::Refused { .. })),
        count(|event| matches!(event, Event::Heard(_))),
        count(|event| matches!(event, Event::Hello { .. })),
        count(|event| matches!(
            event,
            Event::Hello {
                recovered: true,
                ..
            }
        )),
        count(|event| matches!(event, Event::ReadAgain(_))),
        matched.count(),
        lateness.len(),
        lateness.iter().map(|late| late.by_ms).max().unwrap_or(0),
    );
}

/// The ledger of a run that broke a promise stays beside the browser tests' pictures.
fn kept_ledger(ledger: &Ledger, seed: u64, servers: usize) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../artifacts/faults");
    std::fs::create_dir_all(&folder).expect("a folder for the ledger");
    let path = folder.join(format!("seed-{seed}-servers-{servers}.jsonl"));
    ledger.save(&path);
    path.display().to_string()
}
