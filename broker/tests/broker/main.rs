//! What the broker crate promises, on a real nats-server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test ends where its ground is missing"
)]

mod delivery;
mod lagging;
mod life;
mod lost_answers;
mod lost_tail;
mod publishing;
mod timers;

use std::time::Duration;

use webchat_broker::{Broker, BrokerOptions};
use webchat_tests::nats::Nats;

async fn connected(nats: &Nats) -> Broker {
    connected_by(nats.port(), Duration::from_secs(5)).await
}

/// A connection by this port of loopback, whose requests take so long at most.
async fn connected_by(port: u16, request_timeout: Duration) -> Broker {
    let options = BrokerOptions {
        url: format!("nats://127.0.0.1:{port}"),
        user: None,
        root_ca: None,
        name: "test".to_owned(),
        request_timeout,
        replicas: 1,
    };
    let broker = Broker::connect(&options).await.expect("connected");
    broker.ensure_streams().await.expect("streams");
    broker.synchronise_clock().await.expect("clock");
    broker
}
