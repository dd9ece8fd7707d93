//! Sets and serves the timers of rooms.

use std::process::ExitCode;

use bootstrap::{Role, connect_broker, report_broker_readiness, role, watch_consumers};
use webchat_workers::countdown;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    role::main(Role::COUNTDOWN, |process| async move {
        let broker = connect_broker(&process.settings, Role::COUNTDOWN.name).await?;
        report_broker_readiness(&broker, &process.readiness, &process.shutdown);
        watch_consumers(
            &broker,
            &process.settings,
            &process.readiness,
            &process.shutdown,
        );
        let started = process.readiness.check("start");
        let outcome = countdown::run(broker.clone(), started, process.shutdown).await;
        broker.close().await;
        outcome
    })
}
