//! A process says that it is ready when its start is over, and not before.

use contract::consumers::{COUNTDOWN_DUE, PERSISTENCE_RECEIPT};
use serde_json::Value;
use tokio::time::{Duration, sleep};

use crate::{eventually, jetstream, request::http, roles::Roles};

#[tokio::test]
async fn a_worker_whose_start_is_held_up_is_not_ready_until_it_is_over() {
    let mut roles = Roles::prepare(&[]).await;
    let url = roles.nats.url();
    // The last step of each start.
    let held_up = [
        ("persistence", PERSISTENCE_RECEIPT),
        ("countdown", COUNTDOWN_DUE),
    ];
    for (worker, consumer) in &held_up {
        jetstream::occupy(&url, consumer).await;
        roles.spawn(worker);
    }
    for (worker, _) in &held_up {
        eventually("the broker is found", async || {
            let checks = checks(&roles, worker).await?;
            (checks["nats"]["status"] == "ok").then_some(())
        })
        .await;
    }
    sleep(Duration::from_secs(2)).await;
    for (worker, consumer) in &held_up {
        let checks = checks(&roles, worker).await.expect("an answer");
        assert_eq!(checks["nats"]["status"], "ok", "{worker}: {checks}");
        assert_eq!(checks["start"]["status"], "failed", "{worker}: {checks}");
        jetstream::remove(&url, consumer).await;
    }
    for (worker, _) in &held_up {
        roles.until_ready(worker).await;
    }
}

/// The checks of a process as it tells them.
async fn checks(roles: &Roles, worker: &str) -> Option<Value> {
    let url = format!("{}/readyz", roles.admin_url(worker));
    let answer = http().get(url).send().await.ok()?;
    let mut report: Value = answer.json().await.ok()?;
    Some(report["checks"].take())
}
