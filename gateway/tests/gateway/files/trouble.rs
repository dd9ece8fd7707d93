//! Uploads that break off or come too slowly: a problem where somebody is left to hear it, and nothing is stored.

use std::{fmt::Display, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

use super::{FORM, PATIENCE, form, in_a_bucket};
use crate::{
    avatars,
    world::{Person, World},
};

/// An upload whose client does as it likes: this much is promised, this much is sent.
pub async fn begin(
    world: &World,
    person: &Person,
    room: &str,
    promised: &dyn Display,
    sent: &[u8],
) -> TcpStream {
    let address = world.client().base.strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /chat/rooms/{room}/files HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
         Content-Type: {FORM}\r\nContent-Length: {promised}\r\n\r\n",
        person.token
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    connection.write_all(sent).await.unwrap();
    connection
}

pub async fn answer(mut connection: TcpStream) -> String {
    let mut answer = Vec::new();
    let read = connection.read_to_end(&mut answer);
    // Where not all is read that was sent, a connection ends without a farewell behind the answer.
    let _ = timeout(PATIENCE, read).await.unwrap();
    String::from_utf8(answer).unwrap()
}

/// The beginning of a file that has more than one part.
fn most_of_a_long_file() -> Vec<u8> {
    let mut body = form("file", "long.bin", &vec![7; 12 * 1024 * 1024]);
    body.truncate(10 * 1024 * 1024);
    body
}

async fn goes_away(world: &World) {
    let (ann, _, room) = world.two_in_a_room().await;
    let promised = 13 * 1024 * 1024;
    let short = &form("file", "short.txt", b"some words")[..90];
    let connection = begin(world, &ann, &room, &promised, short).await;
    sleep(Duration::from_millis(500)).await;
    drop(connection);
    let connection = begin(world, &ann, &room, &promised, &most_of_a_long_file()).await;
    let give_up = Instant::now() + PATIENCE;
    while world.has_nothing_stored().await {
        assert!(Instant::now() < give_up, "its beginning is stored");
        sleep(Duration::from_millis(20)).await;
    }
    drop(connection);
    world.has_no_files().await;
    world
        .upload(&ann, &room, "a.txt", b"words")
        .await
        .expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_leaves_nothing_in_a_folder() {
    goes_away(&World::start(&[]).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_leaves_nothing_in_a_bucket() {
    goes_away(&in_a_bucket(&[]).await).await;
}

#[tokio::test]
async fn a_form_that_ends_before_its_end_is_refused() {
    let world = World::start(&[]).await;
    let (ann, _, room) = world.two_in_a_room().await;
    let body = form("file", "a.txt", &[b'a'; 5_000]);
    // The promise is kept, and shorter than the form; or it is shorter than what is sent.
    for sent in [&body[..3_000], &body] {
        let answer = answer(begin(&world, &ann, &room, &3_000, sent).await).await;
        assert!(answer.starts_with("HTTP/1.1 422"), "{answer}");
        assert!(answer.contains("application/problem+json"), "{answer}");
        assert!(answer.contains("\"incomplete\""), "{answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
    }
    // Longer, and the client has nothing more to say.
    let mut connection = begin(&world, &ann, &room, &(body.len() + 100), &body[..4_000]).await;
    connection.shutdown().await.unwrap();
    let heard = self::answer(connection).await;
    assert!(heard.starts_with("HTTP/1.1 422"), "{heard}");
    world.has_no_files().await;
}

#[tokio::test]
async fn a_length_that_is_none_is_refused_and_nothing_is_stored() {
    let world = World::start(&[]).await;
    let (ann, _, room) = world.two_in_a_room().await;
    let body = form("file", "a.txt", b"some words");
    let length = body.len();
    let two = format!("{length}\r\nContent-Length: {}", length + 1);
    let endless = "9".repeat(23);
    for promised in ["-1", "abc", "", &endless, &two] {
        let answer = answer(begin(&world, &ann, &room, &promised, &body).await).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{promised}: {answer}");
        // It is no request, so there is nobody of ours to answer it: the server below does.
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("content-length: 0"), "{promised}: {answer}");
        assert!(body.is_empty(), "{promised}: {answer}");
    }
    world.has_no_files().await;
}

#[tokio::test]
async fn an_upload_that_stands_still_or_trickles_is_ended() {
    for (setting, pause) in [
        ("WEBCHAT__FILES__STALL_SECS", Duration::from_secs(60)),
        // It never stands still so long, and is far behind.
        ("WEBCHAT__FILES__STALL_SECS", Duration::from_millis(200)),
        ("WEBCHAT__FILES__UPLOAD_SECS", Duration::from_millis(200)),
    ] {
        let world = World::start(&[(setting, "1")]).await;
        let (ann, _, room) = world.two_in_a_room().await;
        let body = form("file", "a.txt", &[b'a'; 5_000]);
        let begun = Instant::now();
        let connection = begin(&world, &ann, &room, &6_000, &body[..1_000]).await;
        let (reader, mut writer) = connection.into_split();
        let drip = tokio::spawn(async move {
            loop {
                sleep(pause).await;
                // It is the gateway that ends this.
                if writer.write_all(b"a").await.is_err() {
                    return;
                }
            }
        });
        let mut answer = String::new();
        let mut reader = tokio::io::BufReader::new(reader);
        let read = reader.read_to_string(&mut answer);
        timeout(PATIENCE, read).await.unwrap().unwrap();
        assert!(answer.starts_with("HTTP/1.1 408"), "{setting}: {answer}");
        assert!(answer.contains("application/problem+json"), "{answer}");
        assert!(answer.contains("\"upload_timeout\""), "{answer}");
        assert!(
            begun.elapsed() >= Duration::from_secs(1),
            "not before its time"
        );
        drip.abort();
        world.has_no_files().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_uploads_are_read_at_once_than_the_settings_say() {
    let world = in_a_bucket(&[("WEBCHAT__FILES__UPLOADS_AT_ONCE", "1")]).await;
    let (ann, ben, room) = world.two_in_a_room().await;
    let body = form("file", "a.txt", &[b'a'; 20_000]);
    let give_up = Instant::now() + PATIENCE;
    let mut first = loop {
        let first = begin(&world, &ann, &room, &body.len(), &body[..15_000]).await;
        sleep(Duration::from_millis(200)).await;
        let refused = world.upload(&ben, &room, "b.txt", b"words").await;
        if refused.status == 503 {
            refused.expect_problem(503, "unavailable");
            break first;
        }
        // The second one was faster.
        assert!(Instant::now() < give_up, "{}", refused.text);
    };
    let fields: [(&str, &[u8]); 1] = [("file", &avatars::picture(300, 90))];
    let refused = avatars::put(&world, &ben, &fields).await;
    refused.expect_problem(503, "unavailable");
    first.write_all(&body[15_000..]).await.unwrap();
    let answer = answer(first).await;
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    world
        .upload(&ben, &room, "b.txt", b"words")
        .await
        .expect(201);
    let taken = avatars::put(&world, &ben, &fields).await;
    assert!(taken.status < 300, "{}", taken.text);
}
