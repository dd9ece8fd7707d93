//! What the faults stand on: the proxy, the cluster and the database server do what their names say.

use std::time::Duration;

use sea_orm::{ConnectionTrait, Database};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{Instant, sleep, timeout},
};
use webchat_tests::{
    nats_cluster::NatsCluster,
    postgres_server::PostgresServer,
    proxy::{Link, Proxy},
};

use crate::eventually;

const MOMENT: Duration = Duration::from_millis(300);

/// Somebody who says everything back.
async fn echo() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let port = listener.local_addr().expect("a bound port").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut read, mut write) = stream.split();
                tokio::io::copy(&mut read, &mut write).await.ok();
            });
        }
    });
    port
}

async fn answers(stream: &mut TcpStream) -> bool {
    let mut answer = [0; 4];
    let exchange = async {
        stream.write_all(b"ping").await?;
        stream.read_exact(&mut answer).await
    };
    matches!(timeout(MOMENT, exchange).await, Ok(Ok(_)))
}

#[tokio::test]
async fn a_proxy_cuts_delays_and_leaves_half_open() {
    let proxy = Proxy::start(echo().await).await;
    let connect = || TcpStream::connect(("127.0.0.1", proxy.port()));
    let mut stream = connect().await.expect("a connection");
    assert!(answers(&mut stream).await);

    let delay = Duration::from_millis(50);
    proxy.set(Link::Open { delay });
    let begun = Instant::now();
    assert!(answers(&mut stream).await);
    assert!(begun.elapsed() >= 2 * delay, "there and back");

    proxy.set(Link::HalfOpen);
    assert!(!answers(&mut stream).await);
    let mut late = connect().await.expect("it is accepted");
    assert!(!answers(&mut late).await);
    proxy.set(Link::PLAIN);
    let mut held_back = [0; 4];
    timeout(MOMENT, late.read_exact(&mut held_back))
        .await
        .expect("what was held back arrives")
        .expect("an open connection");

    proxy.set(Link::Unanswered);
    assert!(!answers(&mut late).await);
    proxy.set(Link::PLAIN);

    proxy.reset();
    eventually("the old connection ends", async || {
        (!answers(&mut stream).await).then_some(())
    })
    .await;
    eventually("new ones are served", async || {
        answers(&mut connect().await.ok()?).await.then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_database_server_is_killed_paused_and_started_again() {
    let mut server = PostgresServer::start().await;
    let database = Database::connect(server.url()).await.expect("a connection");
    database
        .execute_unprepared("CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)")
        .await
        .expect("a table");
    server.pause();
    let question = "SELECT id FROM kept";
    let asked = timeout(MOMENT, database.execute_unprepared(question)).await;
    assert!(asked.is_err(), "nobody answers");
    server.resume();
    database
        .execute_unprepared(question)
        .await
        .expect("an answer");
    server.kill9();
    server.restart().await;
    let again = Database::connect(server.url()).await.expect("a connection");
    let rows = again.execute_unprepared(question).await.expect("the table");
    assert_eq!(rows.rows_affected(), 1);
}

#[tokio::test]
async fn a_cluster_keeps_working_without_one_of_its_servers() {
    let mut cluster = NatsCluster::start().await;
    let first = chosen_leader(&cluster, None).await;
    cluster.node(first).kill9();
    chosen_leader(&cluster, Some(first)).await;
    cluster.node(first).restart().await;
}

/// The server that leads JetStream, as it says itself; another one than `dead`. It has heard of all others that are up:
/// one that is killed before may have been the only one that knew both.
async fn chosen_leader(cluster: &NatsCluster, dead: Option<usize>) -> usize {
    let up: Vec<_> = (0..cluster.len())
        .filter(|node| Some(*node) != dead)
        .collect();
    // Servers choose by timers of several seconds, and again where two stand at once; other tests take their time too.
    let give_up = Instant::now() + Duration::from_secs(60);
    loop {
        let mut views = Vec::new();
        for node in &up {
            views.push(meta_cluster_seen_by(cluster, *node).await);
        }
        for (node, view) in up.iter().zip(&views) {
            let leads = view["leader"].as_str().and_then(|name| cluster.named(name)) == Some(*node);
            let peers = view["replicas"].as_array().map_or(&[][..], Vec::as_slice);
            let heard = peers.iter().filter(|peer| peer["current"] == true);
            if leads && heard.count() + 1 >= up.len() {
                return *node;
            }
        }
        assert!(Instant::now() < give_up, "nobody leads: {views:?}");
        sleep(Duration::from_millis(50)).await;
    }
}

async fn meta_cluster_seen_by(cluster: &NatsCluster, node: usize) -> serde_json::Value {
    let answer = reqwest::get(format!("{}/jsz", cluster.monitor_url(node))).await;
    let Ok(answer) = answer else {
        return serde_json::Value::Null;
    };
    let told: serde_json::Value = answer.json().await.unwrap_or_default();
    told["meta_cluster"].clone()
}
