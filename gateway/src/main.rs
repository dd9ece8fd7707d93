//! The program `gateway`.

use std::{process::ExitCode, time::Duration};

use bootstrap::{Process, Role, connect_broker, database, role};
use webchat_gateway::Gateway;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const READINESS_PERIOD: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    role::main(Role::GATEWAY, serve)
}

async fn serve(process: Process) -> anyhow::Result<()> {
    let Process {
        settings,
        shutdown,
        readiness,
        ..
    } = process;
    let broker = connect_broker(&settings, Role::GATEWAY.name).await?;
    let database = database::connect(&settings).await?;
    let gateway = Gateway::build(settings, broker.clone(), database, shutdown.clone()).await?;
    let parts = gateway.readiness();
    readiness.probe("gateway", READINESS_PERIOD, &shutdown, move || {
        let is_ready = parts.report().ready;
        async move {
            if is_ready {
                Ok(())
            } else {
                Err("see /health of the gateway")
            }
        }
    });
    tracing::info!(address = %gateway.local_addr(), "serving");
    gateway.run().await?;
    broker.close().await;
    Ok(())
}
