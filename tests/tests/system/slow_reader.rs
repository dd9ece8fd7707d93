//! Clients that stop reading. Each of them is closed, and nobody else notices: whoever reads receives everything, and
//! the gateway keeps a bounded amount for each.

use std::{
    cell::Cell,
    time::{Duration, Instant},
};

use contract::frames::ChatServerFrame;
use domain::RoomId;
use futures_util::future::join_all;
use tokio::{
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::{
    client::Person,
    eventually, metrics,
    roles::Roles,
    socket::{Acked, ChatSocket},
    wire::{self, Frame, upgrade},
};

// What is said costs most of the work, and a room's is said once for all of its sockets: few rooms with many of them.
const ROOMS: usize = 4;
const STALLED_A_ROOM: usize = 24;
const MIB: u64 = 1 << 20;
/// `realtime.outbound_bytes`: what may wait for one socket. The sockets of a room share its frames, so what a busy gateway
/// needs beside the queues has room in what they do not need.
const BOUND_BYTES: u64 = MIB;
/// How long a client may take nothing, how long it may take for the close, and a busy machine.
const DROPPED_WITHIN: Duration = Duration::from_secs(30);
/// Messages of a room at the most: far more than the system buffers for a stalled socket, and its queue.
const MOST_MESSAGES: usize = 1_200;
const WINDOW: usize = 20;

/// A socket with a client that never reads. Its own buffer is small, so that the gateway soon feels it.
type Stalled = WebSocketStream<TcpStream>;

struct Talk {
    ada: Person,
    ben: Person,
    room: RoomId,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_reader_harms_only_itself() {
    let roles = Roles::start(&[]).await;
    let url = roles.url("gateway");
    let talks = join_all((0..ROOMS).map(|_| Talk::begin(&url))).await;
    let stalled = join_all(talks.iter().map(|talk| stalled_sockets(&url, talk))).await;
    let before = roles.resident_bytes("gateway");

    let (over, peak) = (Cell::new(false), Cell::new(before));
    let watch = async {
        while slow_sockets(&roles).await < ROOMS * STALLED_A_ROOM {
            peak.set(peak.get().max(roles.resident_bytes("gateway")));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        over.set(true);
    };
    let (_, talked) = tokio::join!(watch, join_all(talks.iter().map(|talk| talk.go_on(&over))));

    let cut = Instant::now();
    let dropped = timeout(DROPPED_WITHIN, until_sockets(&roles, 0)).await;
    assert!(
        dropped.is_ok(),
        "stalled sockets are dropped, whether they take the close or not"
    );
    let (took, after) = (cut.elapsed(), roles.resident_bytes("gateway"));
    let sent: usize = talked.iter().map(|(acked, _)| acked.len()).sum();
    eprintln!(
        "{} stalled sockets, {sent} messages of 16 KB to {ROOMS} readers; gateway {} MiB before, {} MiB at most, {} MiB \
         after; all dropped {took:?} after the last was cut",
        ROOMS * STALLED_A_ROOM,
        before / MIB,
        peak.get() / MIB,
        after / MIB,
    );
    let bound = before + (ROOMS * STALLED_A_ROOM) as u64 * BOUND_BYTES;
    assert!(peak.get() <= bound, "{} of {bound} bytes", peak.get());
    for (acked, heard) in &talked {
        assert_eq!(heard, acked, "the reader got everything, once, in order");
    }
    for socket in stalled.into_iter().flatten() {
        its_end_is_told_or_cut(socket).await;
    }
}

#[tokio::test]
async fn a_client_that_takes_nothing_of_its_hello_is_dropped_in_a_quiet_room() {
    // More than the system takes for a client that does not read.
    let roles = Roles::start(&[("WEBCHAT__REALTIME__OUTBOUND_BYTES", "16777216")]).await;
    let url = roles.url("gateway");
    let talk = Talk::begin(&url).await;
    let mut ada = talk.ada.chat(talk.room).await;
    let ChatServerFrame::Hello { epoch, .. } = ada.hello else {
        panic!("a hello comes first");
    };
    ada.say_all(&vec![long_text(); 500]).await;

    let query = format!("?after=0&epoch={epoch}");
    let stalled = stalled_socket(&url, &talk.ben, talk.room, &query).await;
    eventually("it is found slow", async || {
        (slow_sockets(&roles).await == 1).then_some(())
    })
    .await;
    let dropped = timeout(DROPPED_WITHIN, until_sockets(&roles, 1)).await;
    assert!(dropped.is_ok(), "the stalled socket is dropped");
    its_end_is_told_or_cut(stalled).await;
    ada.is_alive().await;
}

#[tokio::test]
async fn what_is_too_much_to_replay_is_said_not_kept() {
    let roles = Roles::start(&[]).await;
    let talk = Talk::begin(&roles.url("gateway")).await;
    let mut ada = talk.ada.chat(talk.room).await;
    let ChatServerFrame::Hello { epoch, .. } = ada.hello else {
        panic!("a hello comes first");
    };
    let acked = ada.say_all(&vec![long_text(); 70]).await;
    for (missed, expected) in [(70, false), (60, true)] {
        let after = acked
            .len()
            .checked_sub(missed + 1)
            .map_or(0, |last| acked[last].seq);
        let query = format!("?after={after}&epoch={epoch}");
        let mut wire = talk.ben.wire(talk.room, &query).await.expect("a socket");
        let Frame::Text(text) = wire::read(&mut wire).await else {
            panic!("a hello comes first");
        };
        let ChatServerFrame::Hello { recovered, .. } = wire::parse(&text) else {
            panic!("a hello comes first: {text}");
        };
        assert_eq!(recovered, expected, "{missed} messages of 16 KB");
    }
}

impl Talk {
    async fn begin(url: &str) -> Self {
        let (ada, ben) = tokio::join!(Person::join(url), Person::join(url));
        let room = ada.open_room(&ben).await;
        Self { ada, ben, room }
    }

    /// Ada talks until it is over, and Ben, who reads on another socket, hears all of it.
    async fn go_on(&self, over: &Cell<bool>) -> (Vec<Acked>, Vec<Acked>) {
        let mut ada = self.ada.chat(self.room).await;
        let mut ben = self.ben.chat(self.room).await;
        let (mut acked, mut heard): (Vec<Acked>, Vec<Acked>) = (Vec::new(), Vec::new());
        let texts = vec![long_text(); WINDOW];
        while !over.get() && acked.len() < MOST_MESSAGES {
            let expected = acked.len() + WINDOW;
            let (said, news) = tokio::join!(ada.say_all(&texts), hear(&mut ben, heard, expected));
            acked.extend(said);
            heard = news;
        }
        assert!(
            over.get(),
            "a stalled socket stays open after {MOST_MESSAGES} messages"
        );
        ada.is_alive().await;
        ben.is_alive().await;
        (acked, heard)
    }
}

/// Reads messages until there are so many; none is missing and none comes twice.
async fn hear(ben: &mut ChatSocket, mut heard: Vec<Acked>, expected: usize) -> Vec<Acked> {
    while heard.len() < expected {
        if let ChatServerFrame::Message(message) = ben.next().await {
            let last = heard.last().map_or(0, |acked| acked.seq);
            assert_eq!(message.prev_seq, last, "no gap and no repeat");
            heard.push(Acked {
                client_id: message.client_id,
                seq: message.seq,
            });
        }
    }
    heard
}

async fn stalled_sockets(url: &str, talk: &Talk) -> Vec<Stalled> {
    join_all((0..STALLED_A_ROOM).map(|_| stalled_socket(url, &talk.ben, talk.room, ""))).await
}

async fn stalled_socket(url: &str, person: &Person, room: RoomId, query: &str) -> Stalled {
    const RECEIVE_BUFFER_BYTES: u32 = 4_096;
    let address = url
        .trim_start_matches("http://")
        .parse()
        .expect("an address");
    let socket = TcpSocket::new_v4().expect("a socket");
    socket
        .set_recv_buffer_size(RECEIVE_BUFFER_BYTES)
        .expect("a small buffer");
    let stream = socket.connect(address).await.expect("a connection");
    let path = format!("/ws/chat/{room}{query}");
    let request = upgrade(url, &path, Some(&person.token));
    let (socket, _response) = client_async(request, stream).await.expect("an upgrade");
    socket
}

/// Whoever reads again finds what was on its way, and then why the socket was closed; or, where the gateway could not
/// tell it in time, a broken connection.
async fn its_end_is_told_or_cut(mut socket: Stalled) {
    const TOO_SLOW: u16 = 4008;
    const BROKEN: u16 = 1006;
    loop {
        match wire::read(&mut socket).await {
            Frame::Text(_) => {}
            Frame::Closed(code) => {
                assert!([TOO_SLOW, BROKEN].contains(&code), "{code}");
                return;
            }
        }
    }
}

async fn slow_sockets(roles: &Roles) -> usize {
    let url = roles.admin_url("gateway");
    count(metrics::value(&url, "webchat_slow_sockets_total").await)
}

async fn until_sockets(roles: &Roles, expected: usize) {
    let url = roles.admin_url("gateway");
    while count(metrics::value(&url, "webchat_websocket_connections").await) != expected {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn count(value: f64) -> usize {
    format!("{value:.0}").parse().expect("a count")
}

/// The longest message: 16 KB.
fn long_text() -> String {
    "😀".repeat(4_000)
}
