//! Readers of files who take nothing of them.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

use super::PATIENCE;
use crate::world::World;

const LONG: usize = 25 * 1024 * 1024;

/// Asks for a file and reads nothing.
async fn ask(world: &World, url: &str) -> TcpStream {
    let address = world.client().base.strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).await.unwrap();
    let head = format!("GET {url} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    connection.write_all(head.as_bytes()).await.unwrap();
    connection
}

async fn a_long_file(world: &World) -> String {
    let (ann, _, room) = world.two_in_a_room().await;
    let file = world.upload(&ann, &room, "long.bin", &vec![7; LONG]).await;
    file.expect(201)["url"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_of_which_nothing_is_taken_is_ended() {
    let world = World::start(&[("WEBCHAT__HTTP__STALL_SECS", "1")]).await;
    let url = a_long_file(&world).await;
    let mut connection = ask(&world, &url).await;
    // Far beyond what it may stand still.
    sleep(Duration::from_secs(4)).await;
    let mut taken = Vec::new();
    // Behind what was written until then it is closed, or torn off.
    let _ = timeout(PATIENCE, connection.read_to_end(&mut taken))
        .await
        .unwrap();
    assert!(taken.len() < LONG, "all of it has come");
    let whole = world.client().bytes("GET", &url, &[]).await;
    assert_eq!(whole.body.len(), LONG, "whoever reads it has it");
}

/// What one reader holds is free again with the connection.
#[tokio::test(flavor = "multi_thread")]
async fn no_more_files_are_given_at_once_than_the_settings_say() {
    let world = World::start(&[("WEBCHAT__FILES__DOWNLOADS_AT_ONCE", "1")]).await;
    let url = a_long_file(&world).await;
    let mut first = ask(&world, &url).await;
    let mut status = [0; 12];
    timeout(PATIENCE, first.read_exact(&mut status))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(&status, b"HTTP/1.1 200");
    let refused = world.client().send("GET", &url, None, None).await;
    refused.expect_problem(503, "unavailable");
    assert!(!refused.header("retry-after").is_empty());
    // What needs no bytes of it is answered.
    let head = world.client().bytes("HEAD", &url, &[]).await;
    assert_eq!(head.status, 200);
    drop(first);
    let give_up = Instant::now() + PATIENCE;
    while world.client().bytes("GET", &url, &[]).await.status != 200 {
        assert!(Instant::now() < give_up, "its place is not free again");
        sleep(Duration::from_millis(20)).await;
    }
}
