//! An upload that is under way when its gateway stops.

use std::time::Duration;

use domain::RoomId;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, tcp::OwnedWriteHalf},
    task::JoinHandle,
};
use webchat_tests::s3::S3;

use crate::{client::Person, eventually, roles::Roles};

const MIB: usize = 1024 * 1024;

/// Begins an upload of which more than one part comes at once, and the rest at a pace that nobody calls too slow.
async fn begin(address: &str, person: &Person, room: RoomId) -> (TcpAnswer, JoinHandle<()>) {
    let connection = TcpStream::connect(address).await.expect("the gateway");
    let (reader, mut writer) = connection.into_split();
    let length = 25 * MIB;
    let head = format!(
        "POST /chat/rooms/{room}/files HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\
         Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: {length}\r\n\r\n\
         --edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"long.bin\"\r\n\r\n",
        person.token
    );
    writer.write_all(head.as_bytes()).await.expect("the head");
    writer.write_all(&vec![7; 9 * MIB]).await.expect("a part");
    (TcpAnswer(reader), tokio::spawn(goes_on(writer)))
}

async fn goes_on(mut writer: OwnedWriteHalf) {
    // It is the gateway that ends this.
    while writer.write_all(&[7; 2048]).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

struct TcpAnswer(tokio::net::tcp::OwnedReadHalf);

impl TcpAnswer {
    async fn read(mut self) -> String {
        let mut answer = Vec::new();
        // After it the connection may end in any way.
        let _ = self.0.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }
}

#[tokio::test]
async fn a_gateway_that_stops_ends_its_uploads_and_leaves_no_part_of_them() {
    let server = S3::start();
    let bucket = server.fresh_bucket();
    let mut roles = Roles::start_with_bucket(&server, &bucket).await;
    let url = roles.url("gateway");
    let (ada, ben) = tokio::join!(Person::join(&url), Person::join(&url));
    let room = ada.open_room(&ben).await;
    let address = format!("127.0.0.1:{}", roles.port("gateway"));
    let (answer, going_on) = begin(&address, &ada, room).await;
    eventually("a part is in the bucket", async || {
        server.unfinished(&bucket).contains("<Key>").then_some(())
    })
    .await;
    let answer = tokio::spawn(answer.read());
    let status = roles.stop("gateway").await;
    assert!(status.success(), "{status}");
    let unfinished = server.unfinished(&bucket);
    assert!(!unfinished.contains("<Key>"), "{unfinished}");
    let answer = answer.await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("\"unavailable\""), "{answer}");
    assert!(!server.objects(&bucket).contains("chat/files/"));
    going_on.await.expect("it ended");
}
