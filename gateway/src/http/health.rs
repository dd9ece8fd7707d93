//! How this gateway is: for people, and for orchestrators.

use std::time::Duration;

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
};
use bootstrap::{
    CONSUMERS, CheckStatus, ReadinessReport, Shutdown, takes_messages, watch_consumers,
};
use contract::{
    api::{Health, HealthCheck, HealthChecks, HealthStatus},
    streams::REVOKED,
};

use super::json::Json;
use crate::state::AppState;

const DATABASE: &str = "database";
const NATS: &str = "nats";
/// Tells of the storage.
pub const STORAGE: &str = "storage";
const REVOCATIONS: &str = "revocations";

const PROBE_PERIOD: Duration = Duration::from_secs(2);
const STORAGE_PERIOD: Duration = Duration::from_secs(10);

/// Looks at everything that this gateway needs, now and then until shutdown.
pub fn watch(state: &AppState, shutdown: &Shutdown) {
    let readiness = &state.readiness;
    state.db.report_readiness(readiness, shutdown);
    let broker = state.broker.clone();
    readiness.probe(NATS, PROBE_PERIOD, shutdown, move || {
        let broker = broker.clone();
        async move {
            broker
                .stream_state(&REVOKED)
                .await
                .map_err(|error| error.to_string())?;
            match broker.is_vouched() {
                true => takes_messages(&broker).await,
                false => Err("a stream ends before SQL does".to_owned()),
            }
        }
    });
    let revocations = state.revocations.clone();
    readiness.probe(REVOCATIONS, PROBE_PERIOD, shutdown, move || {
        let is_fresh = revocations.is_fresh();
        async move {
            if is_fresh {
                Ok(())
            } else {
                Err("the list of ended sessions is out of date")
            }
        }
    });
    watch_consumers(&state.broker, &state.settings, readiness, shutdown);
    let storage = state.storage.clone();
    readiness.probe(STORAGE, STORAGE_PERIOD, shutdown, move || {
        let storage = storage.clone();
        async move { storage.probe().await }
    });
}

/// How the gateway and what it needs are. 503 where a part does not work.
#[utoipa::path(
    get, path = "/health", tag = "operation",
    responses((status = OK, body = Health, description = "Everything works"), (status = SERVICE_UNAVAILABLE, body = Health, description = "A part does not work"))
)]
pub async fn health(State(state): State<AppState>) -> (StatusCode, HeaderMap, Json<Health>) {
    let report = state.readiness.report();
    let checks = HealthChecks {
        database: check(&report, DATABASE),
        nats: check(&report, NATS),
        storage: check(&report, STORAGE),
        workers: check(&report, CONSUMERS),
    };
    let all = [checks.database, checks.nats, checks.storage, checks.workers];
    let is_ok = all.iter().all(|check| check.status == HealthStatus::Ok);
    let health = Health {
        status: if is_ok {
            HealthStatus::Ok
        } else {
            HealthStatus::Degraded
        },
        version: env!("CARGO_PKG_VERSION").to_owned(),
        uptime_s: state.started.elapsed().as_secs(),
        checks,
        websocket_connections: state.hub.socket_count() as u64,
        text_mode: state.texts.mode(),
    };
    let (status, headers) = answer(is_ok);
    (status, headers, Json(health))
}

/// Whether the process is alive.
#[utoipa::path(get, path = "/livez", tag = "operation", responses((status = OK, body = String, description = "Yes")))]
pub async fn livez() -> &'static str {
    "ok"
}

/// Whether this gateway can serve, and will for a while. Restarting it would not help where it cannot.
#[utoipa::path(
    get, path = "/readyz", tag = "operation",
    responses((status = OK, body = String, description = "Yes"), (status = SERVICE_UNAVAILABLE, body = String, description = "No"))
)]
pub async fn readyz(State(state): State<AppState>) -> (StatusCode, HeaderMap, &'static str) {
    let can_serve = can_serve(&state.readiness.report());
    let leaves = state.leaving.is_requested();
    let (status, headers) = answer(can_serve && !leaves);
    let word = match (can_serve, leaves) {
        (_, true) => "stopping",
        (true, false) => "ok",
        (false, false) => "not ready",
    };
    (status, headers, word)
}

/// Whether a gateway of which this is known should get requests, at whichever port it is asked: a storage that is away is away
/// for all gateways, and takes files along and nothing else.
pub fn can_serve(report: &ReadinessReport) -> bool {
    [DATABASE, NATS, REVOCATIONS]
        .iter()
        .all(|name| report.checks.get(name).is_some_and(CheckStatus::is_ok))
}

fn answer(is_ok: bool) -> (StatusCode, HeaderMap) {
    let mut headers = HeaderMap::new();
    if is_ok {
        return (StatusCode::OK, headers);
    }
    headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    (StatusCode::SERVICE_UNAVAILABLE, headers)
}

fn check(report: &ReadinessReport, name: &str) -> HealthCheck {
    match report.checks.get(name) {
        Some(CheckStatus::Ok { latency_ms }) => HealthCheck {
            status: HealthStatus::Ok,
            latency_ms: Some(*latency_ms),
        },
        _ => HealthCheck {
            status: HealthStatus::Degraded,
            latency_ms: None,
        },
    }
}
