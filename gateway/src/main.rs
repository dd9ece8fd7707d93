//! The program `gateway`.

use std::process::ExitCode;

use bootstrap::{Process, Role, connect_broker, database, role};
use storage::Storage;
use webchat_gateway::Gateway;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
    let listener = Gateway::listen(&settings).await?;
    let broker = connect_broker(&settings, Role::GATEWAY.name).await?;
    let database = database::connect(&settings).await?;
    let storage = Storage::open(&settings)?;
    let building = Gateway::build(
        listener,
        settings,
        broker.clone(),
        database,
        storage,
        shutdown,
    );
    let gateway = building.await?;
    gateway.report_readiness(&readiness);
    tracing::info!(address = %gateway.local_addr(), "serving");
    gateway.run().await?;
    broker.close().await;
    Ok(())
}
