//! Downloads from a real process: its memory, however slow its readers are.

use std::time::Duration;

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};
use webchat_tests::s3::S3;

use crate::{
    client::Person,
    roles::Roles,
    uploads::{peak_mib, reset_peak, upload},
};

const MIB: usize = 1024 * 1024;
const FILE_BYTES: usize = 25 * MIB;
const READERS: u64 = 16;
/// Of each reader, beside what its connection holds: some pieces of a file.
const EACH_MIB: u64 = 3;
/// Far longer than a gateway takes to have on its way what it ever will before somebody reads on.
const A_WHILE: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_secs(60);

/// Reads the beginning, nothing for a while, and then the rest. Says how much it was.
async fn read_slowly(address: &str, path: &str) -> usize {
    let mut connection = TcpStream::connect(address).await.expect("the gateway");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    connection
        .write_all(request.as_bytes())
        .await
        .expect("a request");
    let mut beginning = [0; 64];
    connection
        .read_exact(&mut beginning)
        .await
        .expect("a beginning");
    assert!(beginning.starts_with(b"HTTP/1.1 200 OK"), "{beginning:?}");
    sleep(A_WHILE).await;
    let mut piece = vec![0; 64 * 1024];
    let mut length = beginning.len();
    loop {
        match connection.read(&mut piece).await.expect("the rest") {
            0 => return length,
            more => length += more,
        }
    }
}

async fn slow_readers_take_little_memory(roles: &Roles) {
    let url = roles.url("gateway");
    let gateway = roles.process_id("gateway");
    let (ada, ben) = tokio::join!(Person::join(&url), Person::join(&url));
    let room = ada.open_room(&ben).await;
    let file = upload(&ada, room, "long.bin", vec![7; FILE_BYTES]).await;
    let file: Value = file.expect(201);
    let path = file["url"].as_str().expect("a link");
    let address = format!("127.0.0.1:{}", roles.port("gateway"));
    reset_peak(gateway);
    let before = peak_mib(gateway);
    let readers = (0..READERS).map(|_| read_slowly(&address, path));
    let all = timeout(PATIENCE, futures_util::future::join_all(readers)).await;
    for length in all.expect("they come to their end") {
        assert!(length > FILE_BYTES, "{length} bytes with their head");
    }
    let peak = peak_mib(gateway);
    assert!(
        peak < before + READERS * EACH_MIB,
        "never a whole file in memory: {peak} MiB of {before} before"
    );
}

#[tokio::test]
async fn slow_readers_of_large_files_in_a_folder_take_little_memory() {
    let roles = Roles::start(&[]).await;
    slow_readers_take_little_memory(&roles).await;
}

#[tokio::test]
async fn slow_readers_of_large_files_in_a_bucket_take_little_memory() {
    let server = S3::start();
    let bucket = server.fresh_bucket();
    let roles = Roles::start_with_bucket(&server, &bucket).await;
    slow_readers_take_little_memory(&roles).await;
}
