//! A gateway with many sockets is killed: all come back at the other one, which goes on serving sign-ins meanwhile.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use contract::frames::{ChatServerFrame, NotificationsServerFrame};
use domain::RoomId;
use futures_util::{StreamExt, future::join_all, stream};
use reqwest::Method;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::{Value, json};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{interval, sleep, timeout},
};
use uuid::Uuid;

use crate::{
    client::{PASSWORD, Person},
    request::request,
    roles::Roles,
    wire::{self, Frame, Wire, upgrade},
};

const BACK_WITHIN: Duration = Duration::from_secs(60);
/// Tabs of a person, each with the socket of a room and that of the notices.
const TABS: usize = 5;
const SOCKETS_A_COUPLE: usize = 2 * 2 * TABS;
const SIGN_IN_EVERY: Duration = Duration::from_millis(200);
const SIGN_INS_BY: usize = 10;
/// As a client sees it: no answer for so long is a failed try.
const TRY_FOR: Duration = Duration::from_secs(15);
const AT_ONCE: usize = 32;

#[tokio::test(flavor = "multi_thread")]
async fn three_hundred_sockets_come_back_when_their_gateway_is_killed() {
    storm(300).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: make test-long, as a release build"]
async fn five_thousand_sockets_come_back_when_their_gateway_is_killed() {
    storm(5_000).await;
}

async fn storm(sockets: usize) {
    raise_the_limit_of_open_files();
    let mut roles = Roles::start(&[]).await;
    roles.start_all(&["gateway-2"]).await;
    let sign_ins = people_with_real_passwords(&mut roles).await;
    let (here, there) = (roles.url("gateway"), roles.url("gateway-2"));
    let places = places(&here, sockets).await;
    let (end, ended) = watch::channel(false);
    let mut clients = JoinSet::new();
    let opened = stream::iter(places).map(async |place| (place.open(&here).await, place));
    let opened: Vec<_> = opened.buffer_unordered(AT_ONCE).collect().await;
    for (wire, place) in opened {
        let wire = wire.expect("a quiet gateway takes a socket");
        clients.spawn(place.stay(wire, there.clone(), ended.clone()));
    }
    assert_eq!(clients.len(), sockets);

    let killed = Instant::now();
    roles.kill9("gateway");
    let (mut back, mut hellos) = (Vec::new(), Vec::new());
    let all_back = async {
        while let Some(joined) = clients.join_next().await {
            let (at, hello) = joined.expect("no client fails");
            back.push(at.saturating_duration_since(killed));
            hellos.push(hello);
            if back.len() == sockets {
                break;
            }
        }
        end.send_replace(true);
    };
    let ((), (served, refused)) = tokio::join!(all_back, sign_in(&there, &sign_ins, ended));
    back.sort_unstable();
    hellos.sort_unstable();
    let of = |sorted: &[Duration], percent: usize| sorted[(sorted.len() - 1) * percent / 100];
    eprintln!(
        "R10 {sockets} sockets: half were back after {:?}, all after {:?}; a hello took {:?} (median), {:?} (99 %); \
         {served} sign-ins were served and {refused} told to come back; gateway {} MiB",
        of(&back, 50),
        of(&back, 100),
        of(&hellos, 50),
        of(&hellos, 99),
        roles.resident_bytes("gateway-2") >> 20,
    );
    assert!(
        of(&back, 100) < BACK_WITHIN,
        "the last was back after {:?}",
        of(&back, 100)
    );
    assert!(
        served > 4 * refused,
        "{served} sign-ins served, {refused} refused"
    );
}

/// One socket of a tab.
struct Place {
    person: Person,
    room: Option<RoomId>,
    epoch: Uuid,
    last_seq: u64,
}

impl Place {
    /// Opens the socket where it was, and reads its hello.
    async fn open(&self, url: &str) -> Option<Wire> {
        let path = match self.room {
            Some(room) => {
                format!(
                    "/ws/chat/{room}?after={}&epoch={}",
                    self.last_seq, self.epoch
                )
            }
            None => "/ws/notifications".to_owned(),
        };
        let request = upgrade(url, &path, Some(&self.person.token));
        let opening = async {
            let mut wire = wire::open(request).await.ok()?;
            let Frame::Text(text) = wire::read(&mut wire).await else {
                return None;
            };
            match self.room {
                Some(_) => {
                    let hello = wire::parse::<ChatServerFrame>(&text);
                    let resumed = matches!(
                        hello,
                        ChatServerFrame::Hello {
                            recovered: true,
                            ..
                        }
                    );
                    assert!(resumed, "{hello:?}");
                }
                None => {
                    let hello = wire::parse::<NotificationsServerFrame>(&text);
                    assert!(matches!(hello, NotificationsServerFrame::Hello { .. }));
                }
            }
            Some(wire)
        };
        timeout(TRY_FOR, opening).await.ok().flatten()
    }

    /// Stays until the socket is lost, comes back elsewhere, and keeps the new one until the end. Says when it was back
    /// and how long its hello took.
    async fn stay(
        self,
        mut wire: Wire,
        elsewhere: String,
        mut ended: watch::Receiver<bool>,
    ) -> (Instant, Duration) {
        while let Some(Ok(_news)) = wire.next().await {}
        for attempt in 0.. {
            sleep(retry_delay(attempt, random())).await;
            let begun = Instant::now();
            if let Some(mut wire) = self.open(&elsewhere).await {
                let back = Instant::now();
                tokio::spawn(async move {
                    let reading = async { while let Some(Ok(_news)) = wire.next().await {} };
                    tokio::select! {
                        () = reading => {}
                        _ = ended.wait_for(|ended| *ended) => {}
                    }
                });
                return (back, back - begun);
            }
        }
        unreachable!("a client tries until it is back")
    }
}

/// As `static/js/models/reconnect.js` does it: anywhere below the ceiling of the attempt. That the two agree is tested in
/// `tests/client/reconnect.test.mjs`, by the same table.
fn retry_delay(attempt: usize, random: f64) -> Duration {
    let table = serde_json::from_str::<Value>(include_str!("../../client/backoff.json"));
    let table = table.expect("a table");
    let ceilings = table["ceilings_ms"].as_array().expect("ceilings");
    let ceiling = ceilings[attempt.min(ceilings.len() - 1)].as_u64();
    Duration::from_millis(ceiling.expect("milliseconds")).mul_f64(random)
}

/// In [0, 1).
fn random() -> f64 {
    let [a, b, c, d, ..] = Uuid::new_v4().into_bytes();
    f64::from(u32::from_be_bytes([a, b, c, d])) / f64::from(u32::MAX)
}

/// Couples with a room and something said in it, and the places of their sockets.
async fn places(url: &str, sockets: usize) -> Vec<Place> {
    let couples = stream::iter(0..sockets / SOCKETS_A_COUPLE).map(async |_| {
        let (ada, ben) = tokio::join!(Person::join(url), Person::join(url));
        let room = ada.open_room(&ben).await;
        let last_seq = ada.say(room, "see you in a moment").await.seq;
        let ChatServerFrame::Hello { epoch, .. } = ada.chat(room).await.hello else {
            panic!("a hello comes first");
        };
        let place = |person: &Person, room| Place {
            person: person.clone(),
            room,
            epoch,
            last_seq,
        };
        let tab = |person: &Person| [place(person, Some(room)), place(person, None)];
        let tabs = (0..TABS).flat_map(|_| [tab(&ada), tab(&ben)]).flatten();
        tabs.collect::<Vec<_>>()
    });
    couples.buffer_unordered(AT_ONCE / 4).concat().await
}

/// People whose passwords are hashed as in production. A password is checked at the cost of its hash, so the gateways
/// pay it too.
async fn people_with_real_passwords(roles: &mut Roles) -> Vec<Person> {
    const DEFAULTS: [(&str, &str); 2] = [
        ("WEBCHAT__AUTH__HASH_MEMORY_KIB", "19456"),
        ("WEBCHAT__AUTH__HASH_ITERATIONS", "2"),
    ];
    for (name, value) in DEFAULTS {
        roles.set(name, value.to_owned());
    }
    roles.start_all(&["gateway-3"]).await;
    let url = roles.url("gateway-3");
    let people = join_all((0..SIGN_INS_BY).map(|_| Person::register(&url))).await;
    assert!(roles.stop("gateway-3").await.success());
    people
}

/// Somebody signs in again and again, whether the earlier ones were served or not. How many were, and how many were told
/// to come back.
async fn sign_in(url: &str, people: &[Person], mut ended: watch::Receiver<bool>) -> (usize, usize) {
    let url: Arc<str> = url.into();
    let mut answers = JoinSet::new();
    let mut ticks = interval(SIGN_IN_EVERY);
    for person in people.iter().cycle() {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = ended.wait_for(|ended| *ended) => break,
        }
        let form = json!({ "username": person.username, "password": PASSWORD });
        let url = Arc::clone(&url);
        answers.spawn(
            async move { request(Method::POST, &url, "/auth/login", None, Some(form)).await },
        );
    }
    let (mut served, mut refused) = (0, 0);
    while let Some(answer) = answers.join_next().await {
        let answer = answer.expect("an answer");
        match answer.status {
            200 => served += 1,
            429 | 503 if answer.retry_after.is_some() => refused += 1,
            _ => panic!("{answer:?}"),
        }
    }
    (served, refused)
}

fn raise_the_limit_of_open_files() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    setrlimit(Resource::Nofile, raised).expect("the limit of open files can be raised");
}
