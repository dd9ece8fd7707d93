//! The child after its disk was full: a stream that could not write takes nothing until the server is started again.

use std::{convert::Infallible, path::Path, time::Duration};

use broker::Broker;
use tokio::time::sleep;

use super::NatsServer;

const LOOK_EVERY: Duration = Duration::from_secs(2);
/// A stream that is silent for so long has had several trials ([`Broker::try_unwritable`]).
const SILENT_FOR: Duration = Duration::from_secs(10);
/// With less space than this the next write would fail as well.
const ROOM_BYTES: u64 = 16 * 1024 * 1024;

/// Starts the child again when a stream takes no messages though there is space for them.
pub async fn keep_writable(server: &NatsServer, brokers: &[Broker]) -> Infallible {
    loop {
        sleep(LOOK_EVERY).await;
        for broker in brokers {
            broker.try_unwritable().await;
            let Some(unwritable) = broker.unwritable() else {
                continue;
            };
            let free_bytes = free_bytes(&server.home);
            if unwritable.since.elapsed() >= SILENT_FOR && free_bytes >= ROOM_BYTES {
                tracing::error!(%unwritable, free_bytes, "starting nats-server again, as there is space");
                server.supervisor.restart();
                // By then all are connected to the new one, and know nothing against it yet.
                sleep(SILENT_FOR).await;
                break;
            }
        }
    }
}

/// None where it cannot be known.
fn free_bytes(folder: &Path) -> u64 {
    match rustix::fs::statvfs(folder) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => {
            tracing::warn!(%error, folder = %folder.display(), "the free space is not known");
            0
        }
    }
}
