//! How well the system is.

use domain::matching::TextMode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How well a part of the system answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthStatus {
    /// It works.
    Ok,
    /// It does not, or not fully.
    Degraded,
}

/// One part of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct HealthCheck {
    /// Whether it works.
    pub status: HealthStatus,
    /// How long it took to answer last; `null` where it did not.
    pub latency_ms: Option<u64>,
}

/// The parts that a gateway needs, and the workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct HealthChecks {
    /// SQL.
    pub database: HealthCheck,
    /// The broker.
    pub nats: HealthCheck,
    /// Uploaded files.
    pub storage: HealthCheck,
    /// The workers: `degraded` where what waits for one of them is too old. The gateway serves nevertheless.
    pub workers: HealthCheck,
}

/// `GET /health`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct Health {
    /// `ok` where every check is.
    pub status: HealthStatus,
    /// The program's version.
    pub version: String,
    /// Seconds since the start.
    pub uptime_s: u64,
    /// The parts.
    pub checks: HealthChecks,
    /// Open sockets of this gateway.
    pub websocket_connections: u64,
    /// How texts are compared: by the text model, or by their spelling only where it is not set up.
    pub text_mode: TextMode,
}
