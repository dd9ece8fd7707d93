//! The streams themselves, and the integrator's consumer: made at the start, and again where a broker came back without some
//! of them, from an empty disk or from a copy of before a release that made one more.

use broker::{Broker, ConnectError};
use contract::consumers::INTEGRATOR;

/// Makes what is missing.
///
/// # Errors
/// The broker is away, or refuses the streams.
pub(super) async fn all(broker: &Broker) -> Result<(), ConnectError> {
    broker.ensure_streams().await?;
    if let Err(error) = broker.offer_consumer(&INTEGRATOR).await {
        tracing::warn!(%error, "the integrator has no durable consumer; nothing of the product needs it");
    }
    Ok(())
}
