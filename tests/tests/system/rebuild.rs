//! `webchat rebuild` makes what SQL has of the streams anew: what was damaged is mended, what the streams do not retain
//! stays, what was removed does not come back, and nobody is told anything twice.

use std::time::Duration;

use broker::Publish;
use contract::{
    live::UserNotice,
    room::RoomSummary,
    streams::{CHAT, EVENTS},
    subjects,
};
use domain::{
    RoomId,
    pair::{Input, PairKey},
};
use futures_util::{StreamExt, stream};
use reqwest::Method;
use serde_json::json;
use tokio::task::JoinHandle;
use webchat_tests::postgres::Postgres;

use crate::{
    archive::assert_same, client::PASSWORD, eventually, program::Said, request::request,
    roles::Roles, town::Town,
};

/// Nothing happens by itself while rows are compared.
pub const QUIET: (&str, &str) = ("WEBCHAT__ROOM__NO_SHOW_SECS", "600");

#[tokio::test]
async fn what_was_damaged_is_as_it_was_on_sqlite() {
    damaged_rows_are_mended(Roles::start(&[QUIET]).await).await;
}

#[tokio::test]
async fn what_was_damaged_is_as_it_was_on_postgresql() {
    let database = Postgres::shared().fresh_database();
    damaged_rows_are_mended(Roles::start(&[QUIET, ("DATABASE_URL", &database)]).await).await;
}

#[tokio::test]
async fn a_killed_rebuild_is_finished_by_the_next_one_on_sqlite() {
    a_killed_rebuild_is_finished(Roles::start(&[QUIET]).await).await;
}

#[tokio::test]
async fn a_killed_rebuild_is_finished_by_the_next_one_on_postgresql() {
    let database = Postgres::shared().fresh_database();
    a_killed_rebuild_is_finished(Roles::start(&[QUIET, ("DATABASE_URL", &database)]).await).await;
}

#[tokio::test]
async fn older_rows_stay_and_removed_ones_do_not_come_back() {
    let roles = Roles::start(&[QUIET]).await;
    let town = Town::of(&roles).await;
    let archive = &town.archive;
    // The stream forgets the first messages, as it does after seven days, and one is taken out on purpose.
    let (oldest, removed) = (town.said[0], town.said[3]);
    let up_to = json!({ "seq": oldest + 1 }).to_string();
    let api = format!("$JS.API.STREAM.PURGE.{}", CHAT.name);
    archive.broker.publish_core(api, up_to).await.unwrap();
    eventually("the stream begins later", async || {
        let state = archive.broker.stream_state(&CHAT).await.unwrap();
        (state.first_seq == oldest + 1).then_some(())
    })
    .await;
    assert!(archive.broker.delete_message(&CHAT, removed).await.unwrap());
    let deleted = format!("DELETE FROM messages WHERE seq = {removed}");
    archive.sql(&deleted).await;
    let before = archive.rows().await;
    let last = *town.said.last().unwrap();
    archive
        .sql(&format!("DELETE FROM messages WHERE seq = {last}"))
        .await;
    succeeded(&rebuild(&roles).await);
    assert_same(&archive.rows().await, &before);

    // Where SQL has what the streams have lost, nothing is touched.
    archive
        .sql(&format!(
            "UPDATE messages SET seq = seq + 1000 WHERE seq = {oldest}"
        ))
        .await;
    let lost = archive.rows().await;
    let refused = rebuild(&roles).await;
    assert!(!refused.success, "{refused:?}");
    assert!(
        refused.stderr.contains("start persistence") && refused.stdout.is_empty(),
        "{refused:?}"
    );
    assert_same(&archive.rows().await, &lost);
}

#[tokio::test]
async fn what_was_said_in_an_expired_room_does_not_come_back() {
    let roles = Roles::start(&[QUIET, ("WEBCHAT__RETENTION__ENDED_ROOM_SECS", "1")]).await;
    let town = Town::of(&roles).await;
    let archive = &town.archive;
    town.ada
        .order(&format!("/chat/rooms/{}/leave", town.open))
        .await;
    eventually("only what was said in a kept room is left", async || {
        (archive.messages().await == 1).then_some(())
    })
    .await;
    archive.until_all_is_stored().await;
    let before = archive.rows().await;
    archive.sql("DELETE FROM rooms").await;
    succeeded(&rebuild(&roles).await);
    assert_same(&archive.rows().await, &before);
}

#[tokio::test]
async fn a_deleted_user_does_not_come_back_and_what_a_report_holds_stays() {
    let roles = Roles::start(&[QUIET]).await;
    let town = Town::of(&roles).await;
    let (archive, ben) = (&town.archive, &town.ben);
    ben.say(town.open, "evidence").await;
    archive.until_all_is_stored().await;
    let report = json!({ "reason": "harassment", "room_id": town.open });
    let path = format!("/users/{}/report", ben.id);
    let filed = town.ada.post(&path, report).await;
    assert_eq!(filed.status, 201, "{filed:?}");
    let (url, password) = (roles.url("gateway"), json!({ "password": PASSWORD }));
    let token = Some(ben.token.as_str());
    let deleted = request(Method::DELETE, &url, "/users/me", token, Some(password)).await;
    assert_eq!(deleted.status, 204, "{deleted:?}");
    let all_is_carried_out = async || {
        let held = archive.count("deletions WHERE held").await;
        (held == 1).then_some(())
    };
    eventually("only what the report holds is left", all_is_carried_out).await;
    let before = archive.rows().await;
    assert!(before.iter().any(|row| row.contains("evidence")));
    archive
        .sql("DELETE FROM messages WHERE text LIKE 'to %'")
        .await;
    succeeded(&rebuild(&roles).await);
    eventually("nothing of Ben came back", all_is_carried_out).await;
    assert_same(&archive.rows().await, &before);
}

#[tokio::test]
async fn a_row_never_shows_what_was_true_once() {
    let roles = Roles::start(&[QUIET]).await;
    let town = Town::of(&roles).await;
    let archive = &town.archive;
    let key = PairKey::of(town.ada.id, town.ben.id).unwrap();
    // More than a page of them.
    for n in 0..250 {
        let input = Input::Like {
            by: town.ada.id,
            on: n % 2 == 1,
        };
        archive.broker.change_pair(key, input).await.unwrap();
    }
    archive.until_all_is_stored().await;
    let before = archive.rows().await;
    archive.sql("CREATE TABLE written (life_seq)").await;
    archive
        .sql(
            "CREATE TRIGGER writes AFTER INSERT ON pairs
             BEGIN INSERT INTO written VALUES (NEW.life_seq); END",
        )
        .await;
    succeeded(&rebuild(&roles).await);
    assert_same(&archive.rows().await, &before);
    archive
        .sql("DELETE FROM written WHERE life_seq IN (SELECT life_seq FROM pairs)")
        .await;
    archive.sql("DROP TRIGGER writes").await;
    assert_eq!(archive.count("written").await, 0, "nothing but the last");
}

#[tokio::test]
async fn people_talk_on_while_everything_is_made_anew() {
    let database = Postgres::shared().fresh_database();
    let roles = Roles::start(&[QUIET, ("DATABASE_URL", &database)]).await;
    let town = Town::of(&roles).await;
    let talking = talk_on(&town);
    let mut rounds = 0;
    while !talking.is_finished() || rounds == 0 {
        succeeded(&rebuild(&roles).await);
        rounds += 1;
    }
    let said = talking.await.unwrap();
    town.archive.until_all_is_stored().await;
    let history = town.ben.history(town.open).await;
    let stored: Vec<u64> = history.iter().map(|message| message.seq).collect();
    assert!(said.iter().all(|seq| stored.contains(seq)), "{stored:?}");
    let before = town.archive.rows().await;
    succeeded(&rebuild(&roles).await);
    assert_same(&town.archive.rows().await, &before);
}

async fn damaged_rows_are_mended(roles: Roles) {
    let town = Town::of(&roles).await;
    let archive = &town.archive;
    poison(&town).await;
    let before = archive.rows().await;
    // Ben has read three.
    let unread = archive.said_in(town.open).await - 3;
    let told = archive.broker.stream_state(&EVENTS).await.unwrap();
    let bell = subjects::live_user(town.ben.id);
    let mut bell = archive.broker.subscribe(bell).await.unwrap();
    archive.broker.synchronise_clock().await.unwrap();

    for damage in [
        "UPDATE messages SET seq = seq + 1 WHERE text = 'to Ben 4'",
        "UPDATE messages SET text = 'never said', sent_at = 1 WHERE text LIKE 'to Ben%'",
        "DELETE FROM messages WHERE text = 'farewell'",
        "DELETE FROM room_members WHERE room_id IN (SELECT id FROM rooms WHERE state = 'idle')",
        "UPDATE room_events SET recorded_at = 1, life_seq = 1
         WHERE room_id IN (SELECT id FROM rooms WHERE state = 'idle')",
        "UPDATE rooms SET state = 'ended', kept = TRUE, last_message_seq = 1 WHERE state = 'idle'",
        "DELETE FROM rooms WHERE state <> 'ended'",
        "UPDATE pairs SET blocked_by_low = FALSE, blocked_by_high = FALSE, liked_by_low = FALSE",
        "DELETE FROM pairs WHERE kept",
        "UPDATE read_positions SET seq = 0",
        "DELETE FROM expiries",
    ] {
        archive.sql(damage).await;
    }
    let rebuilt = rebuild(&roles).await;
    succeeded(&rebuilt);
    assert_same(&archive.rows().await, &before);
    assert!(
        rebuilt.stdout.contains("1 that cannot be read"),
        "{rebuilt:?}"
    );
    succeeded(&rebuild(&roles).await);
    assert_same(&archive.rows().await, &before);

    let now = archive.broker.stream_state(&EVENTS).await.unwrap();
    assert_eq!(now.last_seq, told.last_seq, "no public event is told again");
    let marker = UserNotice::RoomChanged {
        room_id: RoomId(uuid::Uuid::now_v7()),
    };
    let body = serde_json::to_vec(&marker).unwrap();
    let subject = subjects::live_user(town.ben.id);
    archive
        .broker
        .publish_core(subject, body.clone())
        .await
        .unwrap();
    let first = bell.next().await.unwrap();
    assert_eq!(first.payload, body, "no notice is told again");
    let as_before = |listed: &RoomSummary| listed.unread_count == unread;
    town.ben
        .listed(town.open, "what is unread", as_before)
        .await;
}

async fn a_killed_rebuild_is_finished(roles: Roles) {
    const MANY: usize = 4_000;
    const SOME: usize = 250;
    const AT_ONCE: usize = 32;
    let town = Town::of(&roles).await;
    let archive = &town.archive;
    for begun in (0..MANY).step_by(SOME) {
        let sent = stream::iter(begun..begun + SOME)
            .map(async |n| archive.send(town.open, town.ada.id, &n.to_string()).await);
        sent.buffer_unordered(AT_ONCE).count().await;
        archive.until_all_is_stored().await;
    }
    let before = archive.rows().await;
    // Killed when some of the messages are back and some are not. A rebuild may be quicker than its killer.
    loop {
        archive.sql("DELETE FROM messages").await;
        archive.sql("DELETE FROM rooms").await;
        let mut program = roles.start_operating(&["rebuild"]);
        while archive.messages().await == 0 && program.outcome().is_none() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        program.kill9();
        if archive.rooms().await == 0 {
            break;
        }
    }
    assert!(archive.messages().await > 0);
    succeeded(&rebuild(&roles).await);
    assert_same(&archive.rows().await, &before);
}

/// Nobody can read the one; PostgreSQL cannot store the other.
async fn poison(town: &Town) {
    let poison = Publish::new(subjects::chat(town.open), "no message");
    town.archive.broker.publish(poison).await.unwrap();
    town.archive.send(town.open, town.ada.id, "a\0b").await;
    town.archive.until_all_is_stored().await;
}

/// Ada says a lot to Ben.
fn talk_on(town: &Town) -> JoinHandle<Vec<u64>> {
    let (ada, room) = (town.ada.clone(), town.open);
    tokio::spawn(async move {
        let mut said = Vec::new();
        for n in 0..150 {
            said.push(ada.say(room, &format!("on and on {n}")).await.seq);
        }
        said
    })
}

pub async fn rebuild(roles: &Roles) -> Said {
    roles.operate(&["rebuild"]).await
}

pub fn succeeded(rebuilt: &Said) {
    assert!(rebuilt.success, "{rebuilt:?}");
}
