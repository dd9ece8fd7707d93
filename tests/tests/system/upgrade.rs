//! A release and the one before it side by side: the schema grows under running processes, and what a newer release
//! wrote is kept by the older one, or left alone.

use std::time::{Duration, Instant};

use broker::Publish;
use contract::{streams::LIFE, subjects};
use domain::{RoomId, room::RoomState};
use migration::Migrator;
use sea_orm::{ConnectionTrait, Database, Statement};
use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, MigrationTrait, MigratorTrait, SchemaManager,
};
use serde_json::{Value, json};
use webchat_tests::postgres::Postgres;

use crate::{
    client::Person,
    events::connected,
    eventually,
    roles::{ALL, Roles},
};

const TABLES: [&str; 11] = [
    "expiries",
    "messages",
    "outbox",
    "pairs",
    "profiles",
    "read_positions",
    "room_events",
    "room_members",
    "rooms",
    "sessions",
    "users",
];

/// What a later release may do: a table of its own, and columns that the release before need not know, in tables that it locks
/// in an order of its own.
#[derive(DeriveMigrationName)]
struct Later;

#[async_trait::async_trait]
impl MigrationTrait for Later {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let table = "CREATE TABLE later_things (id BIGINT PRIMARY KEY)";
        connection.execute_unprepared(table).await?;
        for table in TABLES {
            for column in ["later_note TEXT", "later_count BIGINT NOT NULL DEFAULT 7"] {
                let wider = format!("ALTER TABLE {table} ADD COLUMN {column}");
                connection.execute_unprepared(&wider).await?;
            }
        }
        Ok(())
    }
}

struct LaterRelease;

impl MigratorTrait for LaterRelease {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut migrations = Migrator::migrations();
        migrations.push(Box::new(Later));
        migrations
    }
}

async fn a_conversation_is_kept(ada: &Person, ben: &Person) -> RoomId {
    let room = ada.open_room(ben).await;
    ada.say(room, "hello").await;
    ada.start_countdown(room).await;
    ada.vote(room, "keep").await;
    assert_eq!(ben.vote(room, "keep").await.state, RoomState::Kept);
    ben.listed(room, "the room kept and the message unread", |listed| {
        listed.state == RoomState::Kept && listed.unread_count == 1
    })
    .await;
    room
}

async fn two(url: &str) -> (Person, Person) {
    tokio::join!(Person::join(url), Person::join(url))
}

async fn nobody_notices_that_the_schema_grows(mut roles: Roles) {
    let url = roles.url("gateway");
    let (ada, ben) = two(&url).await;
    let early = a_conversation_is_kept(&ada, &ben).await;
    let (cleo, dan) = two(&url).await;
    let room = cleo.open_room(&dan).await;
    let talk = async {
        for number in 0..60 {
            cleo.say(room, &number.to_string()).await;
            Person::register(&url).await;
        }
    };
    let grow = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let database = Database::connect(roles.database_url()).await;
        let begun = Instant::now();
        let migrated = migration::run::<LaterRelease>(&database.expect("a connection")).await;
        migrated.expect("a wider schema");
        eprintln!(
            "R12 the schema grew in {:?} while people talked",
            begun.elapsed()
        );
    };
    tokio::join!(talk, grow);
    let all_unread = |listed: &contract::room::RoomSummary| listed.unread_count == 60;
    dan.listed(room, "every message", all_unread).await;
    let (eve, finn) = two(&url).await;
    a_conversation_is_kept(&eve, &finn).await;

    // The old release also starts on the new schema.
    let again = ALL.map(|name| format!("{name}-2"));
    let again: Vec<&str> = again.iter().map(String::as_str).collect();
    roles.start_all(&again).await;
    for name in ALL {
        roles.kill9(name);
    }
    let url = roles.url("gateway-2");
    assert_eq!(dan.at(&url).history(room).await.len(), 60);
    assert_eq!(ben.at(&url).history(early).await.len(), 1);
    let (gus, hal) = two(&url).await;
    a_conversation_is_kept(&gus, &hal).await;
    let dead = roles.operate(&["dlq", "ls"]).await;
    assert!(dead.success && dead.stdout.is_empty(), "{dead:?}");
}

#[tokio::test]
async fn the_schema_grows_under_running_processes_on_sqlite() {
    nobody_notices_that_the_schema_grows(Roles::start(&[]).await).await;
}

#[tokio::test]
async fn the_schema_grows_under_running_processes_on_postgresql() {
    let url = Postgres::shared().fresh_database();
    nobody_notices_that_the_schema_grows(Roles::start(&[("DATABASE_URL", &url)]).await).await;
}

/// Writes the room's last event as a newer release would, which has changed the envelope so.
async fn written_by_a_newer_release(roles: &Roles, room: RoomId, change: impl Fn(&mut Value)) {
    let broker = connected(&roles.nats).await;
    let subject = subjects::life_room(room);
    let last = broker.last(&LIFE, &subject).await.expect("the broker");
    let last = last.expect("an event");
    let mut event: Value = serde_json::from_slice(&last.payload).expect("JSON");
    let revision = event["body"]["revision"].as_u64().expect("a revision");
    event["body"]["revision"] = json!(revision + 1);
    change(&mut event);
    let publish = Publish::new(subject, event.to_string()).expecting_last(last.seq);
    broker.publish(publish).await.expect("an ack");
}

async fn last_event(roles: &Roles, room: RoomId) -> Value {
    let broker = connected(&roles.nats).await;
    let last = broker.last(&LIFE, &subjects::life_room(room)).await;
    let last = last.expect("the broker").expect("an event");
    serde_json::from_slice(&last.payload).expect("JSON")
}

async fn document_in_sql(roles: &Roles, state: &str) -> Value {
    let database = Database::connect(roles.database_url()).await;
    let database = database.expect("a connection");
    let sql = format!("SELECT document FROM rooms WHERE state = '{state}'");
    let statement = Statement::from_string(database.get_database_backend(), sql);
    eventually("the room in SQL", async || {
        let row = database.query_one_raw(statement.clone()).await;
        row.expect("a query")?.try_get_by_index(0).ok()
    })
    .await
}

#[tokio::test]
async fn fields_of_a_newer_release_survive_a_change_by_an_older_one() {
    let roles = Roles::start(&[]).await;
    let (ada, ben) = two(&roles.url("gateway")).await;
    let room = ada.open_room(&ben).await;
    written_by_a_newer_release(&roles, room, |event| {
        event["body"]["later"] = json!({ "mood": "good" });
        event["body"]["seats"][0]["later"] = json!(3);
    })
    .await;
    ada.start_countdown(room).await;
    ada.vote(room, "keep").await;
    ben.vote(room, "keep").await;
    let kept = last_event(&roles, room).await;
    assert_eq!(kept["body"]["phase"]["name"], "kept");
    assert_eq!(kept["body"]["later"], json!({ "mood": "good" }), "{kept}");
    assert_eq!(kept["body"]["seats"][0]["later"], 3, "{kept}");
    assert_eq!(document_in_sql(&roles, "kept").await, kept["body"]);
}

#[tokio::test]
async fn an_older_release_leaves_the_events_of_a_newer_one_to_that_one() {
    let roles = Roles::start(&[]).await;
    let (ada, ben) = two(&roles.url("gateway")).await;
    let room = ada.open_room(&ben).await;
    written_by_a_newer_release(&roles, room, |event| {
        event["version"] = json!(2);
        event["body"]["phase"] = json!({ "name": "asleep" });
    })
    .await;
    let refused = ada.order(&format!("/simple-countdown/start/{room}")).await;
    assert_eq!((refused.status, refused.code()), (503, "unavailable"));
    // Others are not held up by it, and it is neither lost nor given up.
    let (cleo, dan) = two(&roles.url("gateway")).await;
    a_conversation_is_kept(&cleo, &dan).await;
    let dead = roles.operate(&["dlq", "ls"]).await;
    assert!(dead.success && dead.stdout.is_empty(), "{dead:?}");
    let broker = connected(&roles.nats).await;
    for consumer in [
        contract::consumers::PERSISTENCE_LIFE,
        contract::consumers::COUNTDOWN_ROOMS,
    ] {
        let state = broker.consumer_state(&consumer).await;
        let state = state.expect("a state").expect("a consumer");
        assert_eq!(
            state.unacknowledged, 1,
            "{} waits for a newer worker",
            consumer.name
        );
    }
    assert_eq!(last_event(&roles, room).await["version"], 2, "untouched");
}
