//! The operator's commands, and how they reach a deployment.

pub mod dlq;
pub mod learn;
pub mod rebuild;

use std::{io::Write, path::Path};

use anyhow::{Context, ensure};
use bootstrap::{Database, connect_broker, database, install_crypto_provider, telemetry};
use broker::Broker;
use settings::Settings;

use crate::{
    data_folder::{DataFolder, InUse},
    nats::{self, NatsServer},
};

/// The name of the connection, and so the prefix of its inboxes, which the broker's permissions know.
const CONNECTION: &str = "operator";

/// A deployment that a command works on.
#[derive(Debug)]
pub struct Deployment {
    /// Its settings, with the broker's address and credentials in them.
    pub settings: Settings,
    /// Its broker.
    pub broker: Broker,
    own_server: Option<(NatsServer, DataFolder)>,
}

impl Deployment {
    /// Reaches the broker that the settings name. Without one it is the child server of the `webchat serve` that has the
    /// data folder; where none runs, the child server is started for as long as the command takes.
    ///
    /// # Errors
    /// The settings cannot be used, or the broker cannot be reached or started.
    async fn reach(config: Option<&Path>) -> anyhow::Result<Self> {
        let mut settings = Settings::load(config)?;
        install_crypto_provider();
        telemetry::warnings_on_stderr()?;
        let own_server = match settings.nats.url.is_empty() {
            true => child_server(&mut settings)?,
            false => None,
        };
        let broker = connect_broker(&settings, CONNECTION).await?;
        Ok(Self {
            settings,
            broker,
            own_server,
        })
    }

    /// Opens its database.
    ///
    /// # Errors
    /// It cannot be reached.
    pub async fn database(&self) -> anyhow::Result<Database> {
        Ok(database::connect(&self.settings).await?)
    }

    async fn close(self) -> anyhow::Result<()> {
        self.broker.close().await;
        if let Some((server, _folder)) = self.own_server {
            tokio::task::spawn_blocking(move || server.supervisor.stop())
                .await
                .context("ending nats-server")?;
        }
        Ok(())
    }
}

/// Runs a command's work against the deployment.
///
/// # Errors
/// The deployment cannot be reached, or the work failed.
pub fn run<W>(config: Option<&Path>, work: W) -> anyhow::Result<()>
where
    W: AsyncFnOnce(&Deployment) -> anyhow::Result<()>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime could not be started")?;
    runtime.block_on(async {
        let deployment = Deployment::reach(config).await?;
        let outcome = work(&deployment).await;
        outcome.and(deployment.close().await)
    })
}

/// A line for the operator.
fn say(line: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{line}").context("stdout cannot be written")
}

/// Puts the child server's address and the workers' credentials into the settings. Where the server had to be started,
/// it is given back.
fn child_server(settings: &mut Settings) -> anyhow::Result<Option<(NatsServer, DataFolder)>> {
    let path = settings.data_dir.clone();
    ensure!(
        path.is_dir(),
        "there is no data folder {}; set WEBCHAT_DATA_DIR to that of `webchat serve`, or NATS_URL to the broker",
        path.display()
    );
    match DataFolder::take(&path) {
        Ok(folder) => {
            let server = NatsServer::start(&folder)?;
            settings.nats.url.clone_from(&server.url);
            nats::WORKERS.clone_into(&mut settings.nats.username);
            settings.nats.password = server.password(nats::WORKERS);
            Ok(Some((server, folder)))
        }
        Err(error) if error.is::<InUse>() => {
            let running = nats::running_in(&path)?;
            settings.nats.url = running.url;
            nats::WORKERS.clone_into(&mut settings.nats.username);
            settings.nats.password = running.workers_password;
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
