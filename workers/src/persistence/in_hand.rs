//! What workers have taken from a stream and not finished yet.

use std::time::Duration;

use anyhow::Context;
use broker::Broker;
use contract::consumers::ConsumerSpec;

const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(200);

/// Waits a while until everything that the consumer's stream has at this moment is stored. `false` where that takes
/// longer.
///
/// # Errors
/// The broker is away.
pub(super) async fn is_finished(broker: &Broker, consumer: &ConsumerSpec) -> anyhow::Result<bool> {
    let last = broker.stream_state(&consumer.stream).await?.last_seq;
    for _ in 0..TRIES {
        let state = broker.consumer_state(consumer).await?;
        let state = state.context("persistence has no consumer")?;
        let idle = state.pending == 0 && state.unacknowledged == 0;
        if idle || state.floor >= last {
            return Ok(true);
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(false)
}
