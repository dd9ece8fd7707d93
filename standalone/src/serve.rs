//! `webchat serve`: all roles in one process.

use std::sync::Arc;

use anyhow::Context;
use bootstrap::{Process, Shutdown};
use settings::{ExposeSecret, Settings};
use tokio::task::JoinSet;

use crate::{data_folder::DataFolder, nats::{self, NatsServer}, secrets};

/// Serves until shutdown. The broker child is started first and ended last.
///
/// # Errors
/// Something cannot be started, or a role failed.
pub async fn run(process: Process) -> anyhow::Result<()> {
    let folder = DataFolder::take(&process.settings.data_dir)?;
    let mut settings = process.settings.clone();
    if settings.auth.jwt_secret_key.expose_secret().is_empty() {
        settings.auth.jwt_secret_key = secrets::secret(&folder, "jwt")?.into();
    }
    let server = if settings.nats.url.is_empty() {
        Some(NatsServer::start(&folder)?)
    } else {
        None
    };
    let outcome = run_roles(&process, &settings, server.as_ref()).await;
    if let Some(server) = server {
        tokio::task::spawn_blocking(move || server.supervisor.stop())
            .await
            .context("ending nats-server")?;
    }
    outcome
}
