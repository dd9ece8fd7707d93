//! What the broker crate promises, on a real nats-server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test ends where its ground is missing"
)]

mod delivery;
mod lagging;
mod life;
mod publishing;
mod timers;

use std::time::Duration;

use webchat_broker::{Broker, BrokerOptions};
use webchat_tests::nats::Nats;

async fn connected(nats: &Nats) -> Broker {
    let options = BrokerOptions {
        url: nats.url(),
        user: None,
        root_ca: None,
        name: "test".to_owned(),
        request_timeout: Duration::from_secs(5),
        replicas: 1,
    };
    let broker = Broker::connect(&options).await.expect("connected");
    broker.ensure_streams().await.expect("streams");
    broker.synchronise_clock().await.expect("clock");
    broker
}
