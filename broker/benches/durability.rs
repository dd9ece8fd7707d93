//! What it costs that an acknowledged message survives a power cut: publishes a second for each way of keeping them.
//!
//! `cargo bench -p webchat-broker` prints a table. One publisher, messages of 256 bytes, each acknowledged, at first one
//! and then 256 in flight. All servers run on this machine and share its disk, so compare the rows with each other.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a program for people, which ends where its ground is missing"
)]

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use contract::streams::CHAT;
use futures_util::{StreamExt, TryStreamExt, stream};
use tempfile::TempDir;
use webchat_broker::{Broker, BrokerOptions, Publish};
use webchat_tests::nats::{binary, free_port};

const IN_FLIGHT: [usize; 2] = [1, 256];
const FOR: Duration = Duration::from_secs(4);
const PATIENCE: Duration = Duration::from_secs(30);

/// Copies of the stream, and the server's `sync_interval`.
const WAYS: [(usize, &str); 5] = [
    (1, "2m"),
    (1, "1s"),
    (1, "always"),
    (3, "2m"),
    (3, "always"),
];

struct Servers {
    children: Vec<Child>,
    url: String,
    _folder: TempDir,
}

impl Servers {
    fn start(count: usize, sync_interval: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let ports: Vec<(u16, u16)> = (0..count).map(|_| (free_port(), free_port())).collect();
        let routes: Vec<String> = ports
            .iter()
            .map(|(_, route)| format!("nats-route://127.0.0.1:{route}"))
            .collect();
        let children = ports
            .iter()
            .enumerate()
            .map(|(index, (port, route))| {
                let cluster = match count {
                    1 => String::new(),
                    _ => format!(
                        "cluster {{ name: bench, listen: \"127.0.0.1:{route}\", routes: {routes:?} }}\n"
                    ),
                };
                let home = folder.path().join(index.to_string());
                start(&home, &format!(
                    "server_name: n{index}\nlisten: \"127.0.0.1:{port}\"\njetstream {{ store_dir: {:?}, sync_interval: {sync_interval} }}\n{cluster}",
                    home.join("store")
                ))
            })
            .collect();
        let urls: Vec<_> = ports
            .iter()
            .map(|(port, _)| format!("nats://127.0.0.1:{port}"))
            .collect();
        Self {
            children,
            url: urls.join(","),
            _folder: folder,
        }
    }

    async fn connect(&self) -> Broker {
        let options = BrokerOptions {
            url: self.url.clone(),
            user: None,
            root_ca: None,
            name: "bench".to_owned(),
            request_timeout: Duration::from_secs(10),
            replicas: self.children.len(),
        };
        let begun = Instant::now();
        loop {
            if let Ok(broker) = Broker::connect(&options).await
                && broker.ensure_streams().await.is_ok()
            {
                return broker;
            }
            assert!(begun.elapsed() < PATIENCE, "the servers do not answer");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        for child in &mut self.children {
            // It may have ended by itself.
            child.kill().ok();
            child.wait().ok();
        }
    }
}

fn start(home: &Path, configuration: &str) -> Child {
    fs::create_dir_all(home).expect("a folder for a server");
    let file = home.join("nats.conf");
    fs::write(&file, configuration).expect("a configuration");
    Command::new(binary())
        .arg("-c")
        .arg(&file)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a nats-server")
}

/// Acknowledged publishes a second.
async fn measure(broker: &Broker, in_flight: usize) -> f64 {
    let begun = Instant::now();
    let publishes = stream::iter(0u64..)
        .take_while(|_| std::future::ready(begun.elapsed() < FOR))
        .map(|number| {
            let subject = format!("chat.{}.bench", number % 64);
            broker.publish(Publish::new(subject, vec![b'x'; 256]))
        })
        .buffer_unordered(in_flight);
    let count = publishes
        .try_fold(0u32, |count, _ack| std::future::ready(Ok(count + 1)))
        .await
        .expect("every publish is acknowledged");
    f64::from(count) / begun.elapsed().as_secs_f64()
}

async fn table() {
    println!(
        "| Copies | `sync_interval` | one at a time, per s | of the fastest | 256 in flight, per s | of the fastest |"
    );
    println!("|---|---|---|---|---|---|");
    let mut fastest = [0.0_f64; 2];
    for (copies, sync_interval) in WAYS {
        let servers = Servers::start(copies, sync_interval);
        let broker = servers.connect().await;
        // The first publishes make files and elect leaders.
        measure(&broker, 64).await;
        let mut cells = String::new();
        for (in_flight, fastest) in IN_FLIGHT.into_iter().zip(&mut fastest) {
            let rate = measure(&broker, in_flight).await;
            *fastest = fastest.max(rate);
            cells.push_str(&format!(" {rate:.0} | {:.0} % |", 100.0 * rate / *fastest));
        }
        println!("| {copies} | `{sync_interval}` |{cells}");
        let state = broker.stream_state(&CHAT).await;
        assert!(state.expect("the stream").last_seq > 0, "it was stored");
    }
}

fn main() {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(table());
}
