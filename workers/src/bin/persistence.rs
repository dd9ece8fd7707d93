//! The persistence worker as a process of its own.

use std::{process::ExitCode, sync::Arc};

use bootstrap::{Process, Role, database, role};
use storage::Storage;
use webchat_workers::persistence;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    role::main(Role::PERSISTENCE, run)
}

async fn run(process: Process) -> anyhow::Result<()> {
    let database = database::connect(&process.settings).await?;
    database.report_readiness(&process.readiness, &process.shutdown);
    let storage = Storage::open(&process.settings)?;
    let broker = bootstrap::connect_broker(&process.settings, Role::PERSISTENCE.name).await?;
    bootstrap::report_broker_readiness(&broker, &process.readiness, &process.shutdown);
    bootstrap::watch_consumers(
        &broker,
        &process.settings,
        &process.readiness,
        &process.shutdown,
    );
    persistence::run(
        broker.clone(),
        database,
        storage,
        Arc::new(process.settings),
        process.readiness.check("start"),
        process.shutdown,
    )
    .await?;
    broker.close().await;
    Ok(())
}
