//! `webchat serve`: all roles in one process.

use std::sync::Arc;

use anyhow::Context;
use bootstrap::{Process, Shutdown};
use settings::{ExposeSecret, Settings};
use tokio::task::JoinSet;

use crate::{
    data_folder::DataFolder,
    nats::{self, NatsServer},
    secrets,
};

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

async fn run_roles(
    process: &Process,
    settings: &Settings,
    server: Option<&NatsServer>,
) -> anyhow::Result<()> {
    let gateway_broker =
        bootstrap::connect_broker(&as_user(settings, server, nats::GATEWAY), "gateway").await?;
    let _ = (
        gateway_broker,
        Arc::new(0),
        JoinSet::<()>::new(),
        Shutdown::new(),
    );
    process.shutdown.requested().await;
    Ok(())
}

/// The settings with which a role reaches the child server; as they are where there is none.
fn as_user(settings: &Settings, server: Option<&NatsServer>, user: &str) -> Settings {
    let mut settings = settings.clone();
    if let Some(server) = server {
        settings.nats.url.clone_from(&server.url);
        user.clone_into(&mut settings.nats.username);
        settings.nats.password = server.password(user);
    }
    settings
}
