//! Sockets are cut at random while people talk, the stream forgets its beginning, its leader changes: whoever comes back
//! gets everything missed once and in order, or is told to read the history, which has it.

use std::{cell::Cell, slice::from_ref, time::Duration};

use broker::Broker;
use contract::{consumers::PERSISTENCE_CHAT, streams::CHAT};
use futures_util::future::join_all;
use tokio::time::{Instant, sleep};
use webchat_tests::nats_cluster::NatsCluster;

use crate::{
    chance::Chance, client::Person, conversation::talk, jetstream, resume_reader::Reader,
    roles::Roles,
};

const GATEWAYS: [&str; 2] = ["gateway", "gateway-2"];
/// Little, so that also short cuts miss too much at times.
const RESUME_MAX_MESSAGES: &str = "40";
/// More is said in it, also on a busy machine.
const SURELY_TOO_LONG: Duration = Duration::from_secs(6);

#[tokio::test]
async fn who_is_cut_off_gets_everything_missed_once_while_the_stream_forgets_its_beginning() {
    let mut roles = Roles::prepare(&[(
        "WEBCHAT__REALTIME__RESUME_MAX_MESSAGES",
        RESUME_MAX_MESSAGES,
    )])
    .await;
    roles.start_all(&["persistence"]).await;
    roles.start_all(&GATEWAYS).await;
    let broker = jetstream::connect(&roles.nats.url()).await;
    let mut chance = Chance::new();
    let mut faults = chance.split();
    let age = async |over: Instant| {
        while Instant::now() < over {
            sleep(faults.between(Duration::from_millis(300), Duration::from_secs(2))).await;
            forget_some(&broker, &mut faults).await;
        }
    };
    let cuts = Cuts {
        length: Duration::from_secs(15),
        longest: Duration::from_secs(2),
        planned: vec![SURELY_TOO_LONG],
    };
    let readers = cut_off(&roles, &mut chance, &cuts, age).await;
    assert!(readers.iter().any(|reader| reader.lost > 0), "not always");
}

#[tokio::test]
async fn who_is_cut_off_gets_everything_missed_once_while_the_stream_changes_its_leader() {
    on_a_cluster(Duration::from_secs(18), Duration::from_secs(4)).await;
}

#[tokio::test]
#[ignore = "slow: make test-long"]
async fn who_is_cut_off_for_up_to_two_minutes_gets_everything_missed_once() {
    on_a_cluster(Duration::from_secs(480), Duration::from_secs(120)).await;
}

async fn on_a_cluster(length: Duration, longest_cut: Duration) {
    let mut cluster = NatsCluster::start().await;
    jetstream::until_it_answers(&cluster.urls()).await;
    let mut roles = Roles::prepare(&[
        ("NATS_URL", &cluster.urls()),
        ("WEBCHAT__NATS__REPLICAS", "3"),
        ("WEBCHAT__NATS__REQUEST_TIMEOUT_MS", "2000"),
    ])
    .await;
    roles.start_all(&["persistence"]).await;
    roles.start_all(&GATEWAYS).await;
    let broker = jetstream::connect(&cluster.urls()).await;
    let mut chance = Chance::new();
    let mut faults = chance.split();
    let (step_downs, kills) = (Cell::new(0_usize), Cell::new(0_usize));
    let change_leaders = async |over: Instant| {
        for round in 0.. {
            sleep(faults.between(Duration::from_secs(2), Duration::from_secs(5))).await;
            if Instant::now() >= over {
                return;
            }
            match round % 3 {
                0 => {
                    jetstream::step_down(&broker, &CHAT).await;
                    step_downs.set(step_downs.get() + 1);
                }
                1 => {
                    kill_leader(&broker, &mut cluster, &mut faults).await;
                    kills.set(kills.get() + 1);
                }
                _ => forget_some(&broker, &mut faults).await,
            }
        }
    };
    // One is surely cut off for as long as possible, and for a good half of it.
    let cuts = Cuts {
        length,
        longest: longest_cut,
        planned: vec![longest_cut, longest_cut.mul_f64(0.6)],
    };
    let readers = cut_off(&roles, &mut chance, &cuts, change_leaders).await;
    eprintln!(
        "{} step-downs, {} kills of the leader",
        step_downs.get(),
        kills.get()
    );
    assert!(
        step_downs.get() > 0 && kills.get() > 0,
        "the leader changed"
    );
    assert_eq!(readers[0].longest_cut, longest_cut);
    for reader in &readers {
        assert!(reader.missed > 0, "something was missed and sent again");
    }
}

async fn kill_leader(broker: &Broker, cluster: &mut NatsCluster, chance: &mut Chance) {
    let leader = jetstream::leader(broker, &CHAT).await;
    let node = cluster.named(&leader).expect("a node of the cluster");
    cluster.node(node).kill9();
    sleep(chance.between(Duration::from_secs(1), Duration::from_secs(4))).await;
    cluster.node(node).restart().await;
}

/// Removes a random part of what SQL has, as age does.
async fn forget_some(broker: &Broker, chance: &mut Chance) {
    let floor = broker.floor_of(&PERSISTENCE_CHAT).await;
    let state = broker.stream_state(&CHAT).await;
    // Without an answer nothing is forgotten this time.
    if let (Ok(floor), Ok(state)) = (floor, state) {
        let gone = floor.seq.saturating_sub(state.first_seq);
        let gone = chance.below(usize::try_from(gone).expect("a number of messages") + 1);
        let first = state.first_seq + u64::try_from(gone).expect("a sequence");
        jetstream::forget_before(broker, &CHAT, first).await;
    }
}

/// How devices are cut off.
struct Cuts {
    /// For how long people talk meanwhile.
    length: Duration,
    /// How long a cut may be.
    longest: Duration,
    /// The first ones of the first device.
    planned: Vec<Duration>,
}

/// Two people talk while their other devices are cut off; each of these shows the whole conversation.
async fn cut_off(
    roles: &Roles,
    chance: &mut Chance,
    cuts: &Cuts,
    faults: impl AsyncFnOnce(Instant),
) -> Vec<Reader> {
    let urls = GATEWAYS.map(|gateway| roles.url(gateway));
    let ports = GATEWAYS.map(|gateway| roles.port(gateway));
    let (ada, ben) = tokio::join!(Person::join(&urls[0]), Person::join(&urls[1]));
    let room = ada.open_room(&ben).await;
    let mut readers = Vec::new();
    for person in [&ada, &ben, &ada, &ben] {
        readers.push((Reader::new(person, room, &ports).await, chance.split()));
    }
    let (over, last) = (Cell::new(false), Cell::new(None));
    let until = Instant::now() + cuts.length;
    let talks = async {
        let storm = async {
            faults(until).await;
            over.set(true);
        };
        let (_, by_ada, by_ben) = tokio::join!(
            storm,
            talk(from_ref(&ada), room, &over),
            talk(from_ref(&ben), room, &over)
        );
        let mut said = [by_ada, by_ben].concat();
        said.sort_by_key(|acked| acked.seq);
        last.set(said.last().map(|acked| acked.seq));
        said
    };
    let reads = readers
        .iter_mut()
        .enumerate()
        .map(|(number, (reader, chance))| {
            let planned: &[Duration] = if number == 0 { &cuts.planned } else { &[] };
            reader.read(chance, planned, cuts.longest, &last)
        });
    let (said, _) = tokio::join!(talks, join_all(reads));
    let readers: Vec<Reader> = readers.into_iter().map(|(reader, _)| reader).collect();
    for reader in &readers {
        eprintln!(
            "{} messages; came back {} times with everything, {} of them after missing something, {} times without; cut \
             off for {:?} at the most",
            said.len(),
            reader.recovered,
            reader.missed,
            reader.lost,
            reader.longest_cut
        );
        assert_eq!(reader.shown, said, "each once, in order");
    }
    let came_back = readers.iter().map(|reader| reader.recovered);
    assert!(came_back.sum::<usize>() > 0, "somebody came back");
    assert!(said.len() > 100, "people talked in between: {}", said.len());
    readers
}
