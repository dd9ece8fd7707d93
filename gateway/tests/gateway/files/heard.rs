//! Refusals of what is large, to clients that listen only after they have sent everything, as browsers do.

use std::time::Duration;

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

use super::{FORM, PATIENCE, form};
use crate::world::{Person, World};

const MIB: usize = 1024 * 1024;
const AVATAR: &str = "/users/me/avatar";
const ONE_PLACE: [(&str, &str); 1] = [("WEBCHAT__FILES__UPLOADS_AT_ONCE", "1")];

/// One connection, by whoever this token says.
pub struct Wire<'a> {
    connection: BufReader<TcpStream>,
    token: Option<&'a str>,
}

/// What was heard.
#[derive(Debug)]
pub struct Heard {
    head: String,
    body: String,
}

impl Heard {
    #[track_caller]
    pub fn expect(&self, status: u16, code: &str) {
        assert!(
            self.head.starts_with(&format!("HTTP/1.1 {status} ")),
            "{self:?}"
        );
        assert!(self.head.contains("application/problem+json"), "{self:?}");
        assert!(self.body.contains(&format!("\"{code}\"")), "{self:?}");
    }
}

impl<'a> Wire<'a> {
    async fn of(world: &World, token: Option<&'a str>) -> Self {
        let address = world.client().base.strip_prefix("http://").unwrap();
        Self {
            connection: BufReader::new(TcpStream::connect(address).await.unwrap()),
            token,
        }
    }

    pub async fn by(world: &World, person: &'a Person) -> Self {
        Self::of(world, Some(&person.token)).await
    }

    /// The head of a request whose body has so many bytes, and more of its headers.
    pub async fn promise(&mut self, method_and_path: &str, kind: &str, length: usize, more: &str) {
        let authorization = self
            .token
            .map(|token| format!("Authorization: Bearer {token}\r\n"));
        let head = format!(
            "{method_and_path} HTTP/1.1\r\nHost: chat\r\n{}Content-Type: {kind}\r\nContent-Length: {length}\r\n{more}\r\n",
            authorization.unwrap_or_default()
        );
        self.send(head.as_bytes()).await;
    }

    pub async fn send(&mut self, bytes: &[u8]) {
        let sent = timeout(PATIENCE, self.connection.write_all(bytes));
        sent.await
            .unwrap()
            .expect("the connection broke before all was sent");
    }

    pub async fn heard(&mut self) -> Heard {
        timeout(PATIENCE, self.read()).await.unwrap()
    }

    async fn read(&mut self) -> Heard {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            let read = self.connection.read_line(&mut head).await.unwrap();
            assert!(read > 0, "the connection ended behind {head:?}");
        }
        let head = head.to_lowercase().replace("http/", "HTTP/");
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        self.connection.read_exact(&mut body).await.unwrap();
        let body = String::from_utf8(body).unwrap();
        Heard { head, body }
    }

    /// All of it, and only then what is answered. The connection is good for more.
    async fn send_all(mut self, method_and_path: &str, kind: &str, body: &[u8]) -> Heard {
        self.promise(method_and_path, kind, body.len(), "").await;
        self.send(body).await;
        let heard = self.heard().await;
        self.send(b"GET /livez HTTP/1.1\r\nHost: chat\r\n\r\n")
            .await;
        let next = self.heard().await;
        assert!(next.head.starts_with("HTTP/1.1 200 "), "{next:?}");
        heard
    }
}

fn large() -> Vec<u8> {
    form("file", "long.bin", &vec![7; 20 * MIB])
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_upload_here_hears_so_behind_a_large_file() {
    let world = World::start(&[]).await;
    let (ann, ben, room) = world.two_in_a_room().await;
    let eve = world.person("eve").await;
    let (files, body) = (format!("POST /chat/rooms/{room}/files"), large());
    let nobody = Wire::of(&world, None).await;
    let heard = nobody.send_all(&files, FORM, &body).await;
    heard.expect(401, "not_authenticated");
    let forged = Wire::of(&world, Some("no.token.atall")).await;
    let heard = forged.send_all(&files, FORM, &body).await;
    heard.expect(401, "not_authenticated");
    let stranger = Wire::by(&world, &eve).await;
    let heard = stranger.send_all(&files, FORM, &body).await;
    heard.expect(404, "room_not_found");
    let other_kind = Wire::by(&world, &ann).await;
    let heard = other_kind.send_all(&files, "text/plain", &body).await;
    heard.expect(415, "unsupported_media_type");
    let avatar = format!("PUT {AVATAR}");
    let nobody = Wire::of(&world, None).await;
    let heard = nobody.send_all(&avatar, FORM, &body).await;
    heard.expect(401, "not_authenticated");
    let other_kind = Wire::by(&world, &ann).await;
    let heard = other_kind.send_all(&avatar, "text/plain", &body).await;
    heard.expect(415, "unsupported_media_type");
    let other_field = Wire::by(&world, &ann).await;
    let picture = form("picture", "a.png", &vec![7; 20 * MIB]);
    let heard = other_field.send_all(&avatar, FORM, &picture).await;
    heard.expect(422, "unknown_field");
    let path = format!("/chat/rooms/{room}/leave");
    world.post(&ben, &path).await.expect(200);
    let late = Wire::by(&world, &ann).await;
    let heard = late.send_all(&files, FORM, &body).await;
    heard.expect(409, "room_ended");
    world.has_no_files().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_uploads_too_much_hears_so_behind_a_large_file() {
    let world = World::start(&[
        ("WEBCHAT__LIMITS__ENABLED", "true"),
        ("WEBCHAT__LIMITS__UPLOADS_PER_MINUTE", "2"),
        ("WEBCHAT__FILES__USER_QUOTA_BYTES", "5"),
    ])
    .await;
    let (ann, _, room) = world.two_in_a_room().await;
    let (files, body) = (format!("POST /chat/rooms/{room}/files"), large());
    let words = world.upload(&ann, &room, "a.txt", b"words").await;
    words.expect(201);
    let heard = Wire::by(&world, &ann)
        .await
        .send_all(&files, FORM, &body)
        .await;
    heard.expect(413, "quota_exceeded");
    for target in [files, format!("PUT {AVATAR}")] {
        let heard = Wire::by(&world, &ann)
            .await
            .send_all(&target, FORM, &body)
            .await;
        heard.expect(429, "rate_limited");
        assert!(heard.head.contains("retry-after: "), "{heard:?}");
    }
}

/// The rest of a refused upload is waited for without a place that another could have.
#[tokio::test(flavor = "multi_thread")]
async fn the_rest_of_what_is_refused_keeps_no_place() {
    let world = World::start(&ONE_PLACE).await;
    let (ann, ben, room) = world.two_in_a_room().await;
    let refused = form("picture", "long.bin", &vec![7; 4 * MIB]);
    let give_up = Instant::now() + PATIENCE;
    for target in [
        format!("POST /chat/rooms/{room}/files"),
        format!("PUT {AVATAR}"),
    ] {
        let heard = loop {
            let mut first = Wire::by(&world, &ann).await;
            first.promise(&target, FORM, refused.len(), "").await;
            first.send(&refused[..MIB]).await;
            sleep(Duration::from_millis(200)).await;
            // It has its place until it is refused.
            while world.upload(&ben, &room, "a.txt", b"words").await.status != 201 {
                assert!(Instant::now() < give_up, "{target} keeps its place");
                sleep(Duration::from_millis(20)).await;
            }
            first.send(&refused[MIB..]).await;
            let heard = first.heard().await;
            // Or the second one was faster, and had the place.
            if !heard.head.starts_with("HTTP/1.1 503 ") {
                break heard;
            }
            assert!(Instant::now() < give_up);
        };
        heard.expect(422, "unknown_field");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_finds_no_place_hears_so_behind_a_large_file() {
    let world = World::start(&ONE_PLACE).await;
    let (ann, ben, room) = world.two_in_a_room().await;
    let files = format!("POST /chat/rooms/{room}/files");
    let good = form("file", "a.txt", &[b'a'; 20_000]);
    let give_up = Instant::now() + PATIENCE;
    let _first = loop {
        let mut first = Wire::by(&world, &ann).await;
        first.promise(&files, FORM, good.len(), "").await;
        first.send(&good[..15_000]).await;
        sleep(Duration::from_millis(200)).await;
        if world.upload(&ben, &room, "a.txt", b"words").await.status == 503 {
            break first;
        }
        // The second one was faster.
        assert!(Instant::now() < give_up);
    };
    for target in [files, format!("PUT {AVATAR}")] {
        let second = Wire::by(&world, &ben).await;
        let heard = second.send_all(&target, FORM, &large()).await;
        heard.expect(503, "unavailable");
    }
}

#[tokio::test]
async fn the_rest_of_what_is_refused_is_not_waited_for_without_end() {
    let world = World::start(&[("WEBCHAT__FILES__STALL_SECS", "1")]).await;
    let (_, _, room) = world.two_in_a_room().await;
    let mut nobody = Wire::of(&world, None).await;
    let files = format!("POST /chat/rooms/{room}/files");
    nobody.promise(&files, FORM, 20 * MIB, "").await;
    nobody.send(&large()[..MIB]).await;
    nobody.heard().await.expect(401, "not_authenticated");
}

#[tokio::test]
async fn what_nobody_would_read_to_its_end_is_refused_at_once() {
    let world = World::start(&[]).await;
    let (ann, _, room) = world.two_in_a_room().await;
    for target in [
        format!("POST /chat/rooms/{room}/files"),
        format!("PUT {AVATAR}"),
    ] {
        let mut listening = Wire::by(&world, &ann).await;
        listening.promise(&target, FORM, 65 * MIB, "").await;
        listening.heard().await.expect(413, "payload_too_large");
        let mut waiting = Wire::of(&world, None).await;
        let asks = "Expect: 100-continue\r\n";
        waiting.promise(&target, FORM, 20 * MIB, asks).await;
        waiting.heard().await.expect(401, "not_authenticated");
    }
    world.has_no_files().await;
}
