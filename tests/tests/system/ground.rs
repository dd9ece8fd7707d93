//! What the faults stand on: the proxy, the cluster and the database server do what their names say.

use std::time::Duration;

use sea_orm::{ConnectionTrait, Database};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{Instant, timeout},
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
    let jetstream_leader = async |cluster: &NatsCluster| {
        for node in 0..cluster.len() {
            let url = format!("{}/jsz", cluster.monitor_url(node));
            let Ok(answer) = reqwest::get(url).await else {
                continue;
            };
            let told: serde_json::Value = answer.json().await.expect("JSON");
            if let Some(leader) = told["meta_cluster"]["leader"].as_str() {
                return cluster.named(leader);
            }
        }
        None
    };
    let first = eventually("a leader", async || jetstream_leader(&cluster).await).await;
    cluster.node(first).kill9();
    eventually("another leader", async || {
        jetstream_leader(&cluster)
            .await
            .filter(|leader| *leader != first)
    })
    .await;
    cluster.node(first).restart().await;
}
