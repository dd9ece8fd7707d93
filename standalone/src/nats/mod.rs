//! The nats-server child of `webchat serve`.
//!
//! `webchat serve` starts itself as `nats-child`, which binds its life to its parent's and then becomes nats-server.
//! So the server ends with `webchat serve`, however that ends.

pub mod child;
mod configuration;
pub mod disk;
mod leftover;
mod program;
mod supervisor;

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
};

use anyhow::Context;
use secrecy::SecretString;

use crate::{data_folder::DataFolder, secrets};

pub use supervisor::Supervisor;

/// The users of the child server, one for each kind of role, with the environment variable of its password.
const USERS: [(&str, &str); 3] = [
    (GATEWAY, "NATS_GATEWAY_PASSWORD"),
    (WORKERS, "NATS_WORKERS_PASSWORD"),
    ("integrator", "NATS_INTEGRATOR_PASSWORD"),
];
/// The gateway's user.
pub const GATEWAY: &str = "gateway";
/// The workers' user.
pub const WORKERS: &str = "workers";

/// A running nats-server child and how to reach it.
#[derive(Debug)]
pub struct NatsServer {
    /// Its address, on loopback.
    pub url: String,
    /// Keeps it running.
    pub supervisor: Supervisor,
    home: PathBuf,
    passwords: Vec<(&'static str, String)>,
}

impl NatsServer {
    /// Starts a nats-server in the data folder, on a free port. One that an earlier run left behind is ended first.
    ///
    /// # Errors
    /// There is no nats-server, it is too old, or it does not start.
    pub fn start(folder: &DataFolder) -> anyhow::Result<Self> {
        let program = program::find()?;
        let home = folder.join("nats");
        std::fs::create_dir_all(&home)
            .with_context(|| format!("{} cannot be made", home.display()))?;
        leftover::end(&home)?;
        let port = free_port().context("no free port on loopback")?;
        let file = configuration::write(&home, port)?;
        let mut passwords = Vec::new();
        for (user, _) in USERS {
            passwords.push((user, secrets::secret(folder, &format!("nats-{user}"))?));
        }
        let environment = USERS
            .iter()
            .zip(&passwords)
            .map(|((_, variable), (_, password))| ((*variable).to_owned(), password.clone()))
            .collect();
        let supervisor = Supervisor::start(program, file, environment)?;
        Ok(Self {
            url: format!("nats://127.0.0.1:{port}"),
            supervisor,
            home,
            passwords,
        })
    }

    /// The password of a user of the server; empty for an unknown one.
    pub fn password(&self, user: &str) -> SecretString {
        let found = self.passwords.iter().find(|(name, _)| *name == user);
        found.map_or_else(
            || SecretString::from(""),
            |(_, password)| password.as_str().into(),
        )
    }
}

/// The child server of another process, and how the workers reach it.
#[derive(Debug)]
pub struct Running {
    /// Its address, on loopback.
    pub url: String,
    /// The password of the workers' user.
    pub workers_password: SecretString,
}

/// The child server of the `webchat serve` that has this data folder.
///
/// # Errors
/// That one has no child server, or has not started it yet.
pub fn running_in(data_folder: &Path) -> anyhow::Result<Running> {
    let url = configuration::url_in(&data_folder.join("nats")).context(
        "the webchat that runs there has no nats-server of its own: set NATS_URL as it has it",
    )?;
    let password = secrets::existing(data_folder, &format!("nats-{WORKERS}"))?;
    Ok(Running {
        url,
        workers_password: password.into(),
    })
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
