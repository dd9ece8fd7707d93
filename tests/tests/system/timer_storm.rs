//! Both countdown workers and the broker are killed at random while countdowns run. Judged by the broker's clock alone: the
//! times at which the stream stored each change, against the deadlines in the rooms.

use std::{collections::BTreeMap, time::Duration};

use broker::{Broker, life::decode};
use contract::{streams::LIFE, subjects::LIFE_ROOMS};
use domain::{
    RoomId, Timestamp, UserId,
    pair::PairKey,
    room::{Input, Phase, Room, Timing},
};
use tokio::time::sleep;
use uuid::Uuid;

use crate::{chance::Chance, eventually, jetstream, machine_clock::now, promised, roles::Roles};

const WORKERS: [&str; 2] = ["countdown", "countdown-2"];
const OUTAGES: usize = 3;
const ROOMS: usize = 30;
/// That begin when all outages are over for long enough that nothing excuses lateness any more.
const ROOMS_WHILE_UP: usize = 5;
/// Three outages of 0.3 s at least, among deadlines that come five times a second.
const DUE_IN_OUTAGES: usize = 3;
const ROOM_EVERY: Duration = Duration::from_millis(400);
const TIMING: Timing = Timing {
    countdown_ms: 3_000,
    notification_ms: 1_500,
    no_show_ms: 1_000,
    extension_ms: 1_000,
    extensions_max: 1,
};
/// What is promised while the system is up.
const LATE: Duration = promised(Duration::from_secs(1));
/// After an outage: what a killed worker had in hand comes to another after two seconds.
const LATE_AFTER_OUTAGE: Duration = Duration::from_secs(4);

/// From when to when everything ran; the end is open in the last one.
#[derive(Debug)]
struct Up {
    from: Timestamp,
    to: Option<Timestamp>,
}

#[tokio::test]
async fn a_phase_ends_at_its_time_or_right_after_the_outage_in_which_it_was_due() {
    let mut roles = Roles::prepare(&[]).await;
    roles.start_all(&WORKERS).await;
    let broker = jetstream::connect(&roles.nats.url()).await;
    let mut chance = Chance::new();
    let begun = broker.clock().now();
    let (times, mut rooms) = tokio::join!(
        outages(&mut roles, &mut chance, begun),
        begin(&broker, ROOMS)
    );
    sleep(LATE_AFTER_OUTAGE).await;
    rooms.extend(begin(&broker, ROOMS_WHILE_UP).await);
    let lives = until_all_have_ended(&broker, &rooms).await;
    let mut worst = [Duration::ZERO; 2];
    let mut judged = [0; 2];
    for life in lives.values() {
        for (outage, late) in check(life, &times) {
            let kind = usize::from(outage);
            judged[kind] += 1;
            worst[kind] = worst[kind].max(late);
        }
    }
    let missed = lives.values().map(|life| due_in_an_outage(life, &times));
    let missed: usize = missed.sum();
    eprintln!(
        "{} rooms; at most {:?} late in {} phases while up, {:?} in {} after an outage; {missed} deadlines in an outage",
        lives.len(),
        worst[0],
        judged[0],
        worst[1],
        judged[1]
    );
    assert!(judged[0] >= 2 * ROOMS_WHILE_UP, "{judged:?} phases judged");
    assert!(missed >= DUE_IN_OUTAGES, "{missed} deadlines in an outage");
}

/// Kills everything, leaves it away for a while, starts it again; says when everything ran.
async fn outages(roles: &mut Roles, chance: &mut Chance, begun: Timestamp) -> Vec<Up> {
    let mut times = vec![Up {
        from: begun,
        to: None,
    }];
    for _ in 0..OUTAGES {
        sleep(chance.between(Duration::from_millis(1_500), Duration::from_millis(4_500))).await;
        let mut names = vec!["nats", WORKERS[0], WORKERS[1]];
        if let Some(up) = times.last_mut() {
            up.to = Some(now());
        }
        while !names.is_empty() {
            roles.kill9(names.swap_remove(chance.below(names.len())));
            sleep(chance.between(Duration::ZERO, Duration::from_millis(100))).await;
        }
        sleep(chance.between(Duration::from_millis(300), Duration::from_millis(3_500))).await;
        roles.start_again("nats").await;
        roles.start_all(&WORKERS).await;
        times.push(Up {
            from: now(),
            to: None,
        });
    }
    times
}

/// One room after the other begins its countdown, as soon as there is a broker.
async fn begin(broker: &Broker, count: usize) -> Vec<RoomId> {
    let mut rooms = Vec::new();
    for _ in 0..count {
        let [one, other] = [UserId(Uuid::now_v7()), UserId(Uuid::now_v7())];
        let key = PairKey::of(one, other).expect("two people");
        let room = eventually("a room", async || {
            let opened = broker.open_room(key, RoomId(Uuid::now_v7()), TIMING).await;
            Some(opened.ok()?.room.id)
        })
        .await;
        eventually("a countdown", async || {
            let started = broker.change_room(room, Input::Start { by: one }, None);
            let room = match started.await {
                Ok(change) => change.room,
                // An answer may have been lost.
                Err(_) => broker.room(room).await.ok()??.value,
            };
            (!matches!(room.phase, Phase::Idle { .. })).then_some(())
        })
        .await;
        rooms.push(room);
        sleep(ROOM_EVERY).await;
    }
    rooms
}

/// Each room's states with the times at which the stream stored them.
async fn until_all_have_ended(
    broker: &Broker,
    rooms: &[RoomId],
) -> BTreeMap<RoomId, Vec<(Room, Timestamp)>> {
    eventually("all rooms have ended", async || {
        let mut lives = BTreeMap::<RoomId, Vec<(Room, Timestamp)>>::new();
        // Nobody purges: persistence does not run.
        let records = broker.replay(&LIFE, LIFE_ROOMS, 1, 10 * ROOMS).await.ok()?;
        for record in &records {
            let room = decode::<Room>(record).expect("a room").value;
            let life = lives.entry(room.id).or_default();
            life.push((room, record.stored_at));
        }
        let has_ended = |id: &RoomId| lives[id].last().is_some_and(|(room, _)| room.is_ended());
        rooms.iter().all(has_ended).then_some(lives)
    })
    .await
}

/// How many phases were to end while everything was away.
fn due_in_an_outage(life: &[(Room, Timestamp)], times: &[Up]) -> usize {
    let deadlines = life.iter().filter_map(|(room, _)| room.deadline());
    let away = |due: Timestamp| {
        let is_between = |two: &[Up]| two[0].to.is_some_and(|to| to < due) && due < two[1].from;
        times.windows(2).any(is_between)
    };
    deadlines.filter(|deadline| away(deadline.at)).count()
}

/// Of each phase whether an outage excuses it, and how late it ended.
fn check(life: &[(Room, Timestamp)], times: &[Up]) -> Vec<(bool, Duration)> {
    let states: Vec<_> = life
        .iter()
        .map(|(room, _)| room.phase.state().name())
        .collect();
    assert_eq!(states, ["idle", "countdown", "notification", "ended"]);
    let mut lateness = Vec::new();
    for step in life.windows(2) {
        let Some(deadline) = step[0].0.deadline() else {
            continue;
        };
        let (due, ended) = (deadline.at, step[1].1);
        assert!(ended >= due, "early: due at {due}, ended at {ended}");
        let (outage, counts_from, latest) = promise(due, times);
        assert!(
            ended <= latest,
            "late: due at {due}, ended at {ended}, promised until {latest}, up in {times:?}"
        );
        lateness.push((outage, ended.since(counts_from)));
    }
    lateness
}

/// Whether an outage is in between, from when the lateness counts, and until when the phase must have ended.
fn promise(due: Timestamp, times: &[Up]) -> (bool, Timestamp, Timestamp) {
    let served = times.iter().enumerate().find_map(|(number, up)| {
        let after_outage = number > 0 && due < up.from.plus(LATE_AFTER_OUTAGE);
        let latest = if after_outage {
            up.from.plus(LATE_AFTER_OUTAGE).max(due.plus(LATE))
        } else {
            due.plus(LATE)
        };
        let long_enough = up.to.is_none_or(|to| latest <= to);
        long_enough.then_some((after_outage, due.max(up.from), latest))
    });
    served.expect("the last time has no end")
}
