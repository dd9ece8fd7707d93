//! A storage that is away: a problem in its time, nothing is stored, and everything else goes on.

use std::time::Duration;

use entities::file;
use sea_orm::{EntityTrait, PaginatorTrait};
use tokio::time::{Instant, sleep};
use uuid::Uuid;
use webchat_tests::s3::S3;

use super::{PATIENCE, in_the_bucket, text_of};
use crate::{avatars, world::World};

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_away_refuses_uploads_and_downloads_and_nothing_else() {
    let mut server = S3::start();
    let bucket = server.fresh_bucket();
    let world = in_the_bucket(&server, &bucket, &[]).await;
    let (ann, _, room) = world.two_in_a_room().await;
    let file = world
        .upload(&ann, &room, "a.txt", b"words")
        .await
        .expect(201);
    server.kill9();
    let refused = world.upload(&ann, &room, "b.txt", b"more words").await;
    refused.expect_problem(503, "storage_unavailable");
    assert!(!refused.header("retry-after").is_empty());
    let long = vec![7; 9 * 1024 * 1024];
    let refused = world.upload(&ann, &room, "c.bin", &long).await;
    refused.expect_problem(503, "storage_unavailable");
    let url = file["url"].as_str().unwrap();
    let refused = world.client().send("GET", url, None, None).await;
    refused.expect_problem(503, "storage_unavailable");
    assert_eq!(rows(&world).await, 1, "what was refused has no row");
    let give_up = Instant::now() + 3 * PATIENCE;
    loop {
        let health = world.client().send("GET", "/health", None, None).await;
        if health.status == 503 && health.json()["checks"]["storage"]["status"] == "degraded" {
            break;
        }
        assert!(Instant::now() < give_up, "{}", health.text);
        sleep(Duration::from_millis(200)).await;
    }
    world.say(&ann, &room, "words go on").await.expect(201);
    // Both ports say so to whoever sends people here; only alarms hear of the storage.
    let public = world.client().send("GET", "/readyz", None, None).await;
    assert_eq!(public.status, 200, "{}", public.text);
    // The admin port is told every second.
    sleep(Duration::from_secs(3)).await;
    let admin = world.readiness.report();
    assert!(admin.ready && !admin.healthy, "{admin:?}");
    assert!(!admin.checks["storage"].is_ok(), "{admin:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_says_nothing_is_not_waited_for_without_end() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let held = tokio::spawn(async move {
        let mut connections = Vec::new();
        loop {
            connections.push(silent.accept().await.unwrap());
        }
    });
    let mut settings = S3::shared().settings("nowhere");
    settings.retain(|(name, _)| *name != "WEBCHAT__STORAGE__ENDPOINT");
    settings.push(("WEBCHAT__STORAGE__ENDPOINT", endpoint));
    let settings: Vec<_> = settings
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let world = World::without_workers(&settings).await;
    let (ann, ben, room) = world.two_in_a_room().await;
    let row = text_of(ann.id.parse().unwrap(), Uuid::now_v7());
    let row = file::Model {
        room_id: room.parse().unwrap(),
        ..row
    };
    let path = format!("/files/{}", row.id);
    file::Entity::add(&world.database.write, row).await.unwrap();
    // Within the time of a request, and with the cause.
    let refused = world.get(&ann, &path).await;
    refused.expect_problem(503, "storage_unavailable");
    let begun = Instant::now();
    let photo = avatars::picture(64, 90);
    let form = [("file", &photo[..])];
    let (file, picture, avatar) = tokio::join!(
        world.upload(&ann, &room, "a.txt", b"words"),
        world.upload(&ann, &room, "a.jpg", &photo),
        // Of another user: one's own pictures may have to wait for each other's storage.
        avatars::put(&world, &ben, &form),
    );
    for refused in [file, picture, avatar] {
        refused.expect_problem(503, "storage_unavailable");
    }
    assert_eq!(rows(&world).await, 1, "what was refused has no row");
    // A storage is waited for 30 s, and the machine may be busy.
    assert!(
        begun.elapsed() < Duration::from_secs(50),
        "{:?}",
        begun.elapsed()
    );
    held.abort();
}

/// Rows of files.
async fn rows(world: &World) -> u64 {
    let rows = entities::file::Entity::find();
    rows.count(&world.database.read).await.unwrap()
}
