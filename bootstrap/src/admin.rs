//! The private server: metrics and probes.

use std::io;
use std::net::SocketAddr;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use metrics_exporter_prometheus::PrometheusHandle;
use settings::{Settings, SettingsError};
use tokio::net::TcpListener;

use crate::{Readiness, Shutdown};

const PROMETHEUS_TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

#[derive(Clone)]
struct Admin {
    metrics: PrometheusHandle,
    readiness: Readiness,
    shutdown: Shutdown,
}

/// Serves `/metrics`, `/livez`, `/readyz` and `/health` until the runtime ends, so also while the process
/// stops; then `/readyz` says so. Returns the address, as port 0 takes any free port.
///
/// # Errors
/// The address cannot be used; the error names `admin.port` or `admin.host`.
pub async fn serve(
    settings: &Settings,
    metrics: PrometheusHandle,
    readiness: Readiness,
    shutdown: Shutdown,
) -> Result<SocketAddr, SettingsError> {
    let listener = listen("admin", &settings.admin.host, settings.admin.port).await?;
    let address = listener
        .local_addr()
        .map_err(|error| SettingsError::about("admin.host", error.to_string()))?;
    let router = Router::new()
        .route("/metrics", get(metrics_text))
        .route("/livez", get(async || "ok"))
        .route("/readyz", get(readyz))
        .route("/health", get(health))
        .with_state(Admin {
            metrics,
            readiness,
            shutdown,
        });
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "the admin server has ended");
        }
    });
    Ok(address)
}

/// Listens on `host:port` of a settings section (`http` or `admin`).
///
/// # Errors
/// The address cannot be used; the error names the key to change.
pub async fn listen(section: &str, host: &str, port: u16) -> Result<TcpListener, SettingsError> {
    TcpListener::bind((host, port)).await.map_err(|error| {
        let (key, problem) = match error.kind() {
            io::ErrorKind::AddrInUse => (
                "port",
                format!("{host}:{port} is in use; choose another port, or 0 for any free one"),
            ),
            io::ErrorKind::PermissionDenied => (
                "port",
                format!("{host}:{port} may not be used; choose a port from 1024 on"),
            ),
            _ => ("host", format!("cannot listen on {host}:{port}: {error}")),
        };
        SettingsError::about(&format!("{section}.{key}"), problem)
    })
}

async fn metrics_text(State(admin): State<Admin>) -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, PROMETHEUS_TEXT)];
    (headers, admin.metrics.render())
}

async fn readyz(State(admin): State<Admin>) -> impl IntoResponse {
    if admin.shutdown.is_requested() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping").into_response();
    }
    let report = admin.readiness.report();
    (status_if(report.ready), Json(report)).into_response()
}

/// Also what this process can tell of others, such as workers that are stuck: for alarms, not for orchestrators.
async fn health(State(admin): State<Admin>) -> impl IntoResponse {
    let report = admin.readiness.report();
    (status_if(report.healthy), Json(report))
}

fn status_if(is_ok: bool) -> StatusCode {
    match is_ok {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_busy_port_is_one_line_that_names_the_key() {
        let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = taken.local_addr().unwrap().port();
        let line = listen("http", "127.0.0.1", port)
            .await
            .unwrap_err()
            .to_string();
        assert!(
            line.starts_with("http.port (PORT or WEBCHAT__HTTP__PORT): "),
            "{line}"
        );
        assert!(line.contains("is in use"), "{line}");
    }
}
