//! Uploads do not fill the disk that the database and the broker are on as well.

use domain::RoomId;
use serde_json::Value;
use webchat_tests::{disk::seen_by, pictures};

use crate::{
    client::Person, eventually, request::is_ready, roles::Roles, serve::Serve, uploads::upload,
};

const DISK_MIB: u32 = 160;
const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;
const KEPT: u64 = 64 * MIB as u64;
/// What everybody else may write while the test runs.
const OTHERS: u64 = 16 * MIB as u64;

/// Uploads so much at a time until it is refused, and says how often it was not.
async fn until_refused(person: &Person, room: RoomId, length: usize) -> usize {
    for taken in 0..10_000 {
        let answer = upload(person, room, "some.bin", vec![7; length]).await;
        if answer.status != 201 {
            assert_eq!(
                (answer.status, answer.code()),
                (503, "storage_unavailable"),
                "{answer:?}"
            );
            return taken;
        }
    }
    panic!("the disk takes everything");
}

async fn is_storage_degraded(url: &str) -> bool {
    let health = reqwest::get(format!("{url}/health")).await;
    let health: Value = health.expect("an answer").json().await.expect("a report");
    health["checks"]["storage"]["status"] == "degraded"
}

#[tokio::test]
async fn uploads_leave_the_rest_of_the_disk_to_everything_else() {
    let kept = KEPT.to_string();
    let settings = [
        ("WEBCHAT__STORAGE__KEEP_FREE_BYTES", kept.as_str()),
        ("WEBCHAT__LIMITS__ENABLED", "false"),
    ];
    let mut web = Serve::start_on_small_disk(DISK_MIB, &settings).await;
    let url = web.url();
    let (ada, ben) = tokio::join!(Person::join(&url), Person::join(&url));
    let room = ada.open_room(&ben).await;
    let mut taken = 0;
    // To less than any picture has.
    for length in [20 * MIB, MIB, 32 * KIB, KIB] {
        taken += until_refused(&ada, room, length).await;
    }
    assert!(taken > 0, "there was space for some");
    let refused = upload(&ben, room, "photo.jpg", pictures::jpeg(600, 400)).await;
    assert_eq!(refused.code(), "storage_unavailable", "of others as well");

    let folder = seen_by(web.program().id(), &web.data_folder());
    let disk = rustix::fs::statvfs(folder).expect("the small disk");
    let free = disk.f_bavail * disk.f_frsize;
    assert!(free >= KEPT - OTHERS, "{free} bytes are free");
    for number in 0..50 {
        ada.say(room, &format!("{number} ").repeat(200)).await;
    }
    Person::join(&url).await;
    eventually("alarms hear of it", async || {
        is_storage_degraded(&url).await.then_some(())
    })
    .await;
    assert!(is_ready(&url).await, "and nobody is sent elsewhere");
}

#[tokio::test]
async fn a_gateway_whose_storage_has_no_space_stays_ready_on_both_ports() {
    let more_than_any_disk = i64::MAX.to_string();
    let settings = [("WEBCHAT__STORAGE__KEEP_FREE_BYTES", &*more_than_any_disk)];
    let roles = Roles::start(&settings).await;
    let (public, admin) = (roles.url("gateway"), roles.admin_url("gateway"));
    // The admin port is told every second, and begins with what is not ready.
    eventually("the admin port is ready", async || {
        is_ready(&admin).await.then_some(())
    })
    .await;
    assert!(is_ready(&public).await && is_storage_degraded(&public).await);
    let alarm = reqwest::get(format!("{admin}/health"))
        .await
        .expect("an answer");
    assert_eq!(alarm.status(), 503);
}
