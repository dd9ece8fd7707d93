//! Pairs the waiting users.

use std::{process::ExitCode, sync::Arc};

use bootstrap::{Role, connect_broker, report_broker_readiness, role, watch_consumers};
use webchat_workers::matchmaker;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    role::main(Role::MATCHMAKER, |process| async move {
        let broker = connect_broker(&process.settings, Role::MATCHMAKER.name).await?;
        report_broker_readiness(&broker, &process.readiness, &process.shutdown);
        watch_consumers(
            &broker,
            &process.settings,
            &process.readiness,
            &process.shutdown,
        );
        let settings = Arc::new(process.settings);
        let started = process.readiness.check("start");
        let alarm = process.readiness.tell(matchmaker::CHECK);
        let outcome =
            matchmaker::run(broker.clone(), settings, started, alarm, process.shutdown).await;
        broker.close().await;
        outcome
    })
}
