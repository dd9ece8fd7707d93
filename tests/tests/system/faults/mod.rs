//! Everything at once: people talk, meet and decide while processes are killed and paused and links are cut, and a judge
//! looks at the whole run afterwards. People, faults and their times come from one seed, which is printed.
//!
//! `WEBCHAT_FAULT_SEED` repeats a seed, `WEBCHAT_SOAK_MINUTES` is the length of the soak (`make soak MINUTES=30`).

mod archive;
mod evidence;
mod judge;
mod ledger;
mod listeners;
mod meetings;
mod people;
mod plan;
mod report;
mod run;
mod stage;
mod storm;
mod talkers;

use std::{env, time::Duration};

use tokio::sync::Mutex;
use webchat_tests::{nats::Nats, nats_cluster::NatsCluster};

use run::{Run, run};
use stage::Broker;

/// One run has the machine for itself, as far as these tests go.
static STAGE: Mutex<()> = Mutex::const_new(());

const SHORT: Duration = Duration::from_secs(75);
const SHORT_FAULT: Duration = Duration::from_secs(6);
const SOAK_FAULT: Duration = Duration::from_secs(20);
const SOAK_MINUTES: u64 = 30;
/// What the short runs take without a wish: a run of `make test` that fails can be repeated.
const SEED: u64 = 20;

#[tokio::test]
async fn the_promises_hold_on_one_server_whatever_dies() {
    let _alone = STAGE.lock().await;
    let broker = Broker::One(Box::new(Nats::start().await));
    run(broker, short()).await;
}

#[tokio::test]
async fn the_promises_hold_on_a_cluster_whatever_dies() {
    let _alone = STAGE.lock().await;
    let broker = Broker::Three(NatsCluster::start().await);
    run(broker, short()).await;
}

#[tokio::test]
#[ignore = "slow: make soak, make test-long"]
async fn a_soak_with_all_faults_ends_clean() {
    let _alone = STAGE.lock().await;
    let minutes = number("WEBCHAT_SOAK_MINUTES").unwrap_or(SOAK_MINUTES);
    let length = Duration::from_secs(60 * minutes / 2);
    let seed = number("WEBCHAT_FAULT_SEED").unwrap_or_else(rand::random);
    let soak = Run {
        seed,
        length,
        longest_fault: SOAK_FAULT,
    };
    run(Broker::One(Box::new(Nats::start().await)), soak).await;
    run(Broker::Three(NatsCluster::start().await), soak).await;
}

fn short() -> Run {
    Run {
        seed: number("WEBCHAT_FAULT_SEED").unwrap_or(SEED),
        length: SHORT,
        longest_fault: SHORT_FAULT,
    }
}

fn number(variable: &str) -> Option<u64> {
    let value = env::var(variable).ok()?;
    let number = value.parse();
    Some(number.unwrap_or_else(|_| panic!("{variable} is a whole number, not {value}")))
}
