//! A process says that it is ready when its start is over, and not before.

use serde_json::Value;
use tokio::time::{Duration, sleep};

use crate::{eventually, jetstream, request::http, roles::Roles};

const WORKERS: [&str; 3] = ["persistence", "matchmaker", "countdown"];

#[tokio::test]
async fn a_worker_whose_start_is_held_up_is_not_ready_until_it_is_over() {
    let mut roles = Roles::prepare(&[]).await;
    let url = roles.nats.url();
    // Another stream has the product's subjects, so that no worker can make its own.
    jetstream::take_subjects(&url, "FOREIGN", &["life.>"]).await;
    for worker in WORKERS {
        roles.spawn(worker);
    }
    for worker in WORKERS {
        let checks = eventually("a check that works", async || {
            let checks = checks(&roles, worker).await?;
            (checks["nats"]["status"] == "ok").then_some(checks)
        })
        .await;
        assert_eq!(checks["start"]["status"], "failed", "{worker}: {checks}");
    }
    sleep(Duration::from_secs(1)).await;
    for worker in WORKERS {
        let checks = checks(&roles, worker).await.expect("an answer");
        assert_eq!(checks["start"]["status"], "failed", "{worker}: {checks}");
    }
    jetstream::remove(&url, "FOREIGN").await;
    for worker in WORKERS {
        roles.until_ready(worker).await;
    }
}

/// The checks of a process as it tells them.
async fn checks(roles: &Roles, worker: &str) -> Option<Value> {
    let answer = http().get(format!("{}/readyz", roles.admin_url(worker))).send().await.ok()?;
    let mut report: Value = answer.json().await.ok()?;
    Some(report["checks"].take())
}
