//! What the database has of a stream that has lost it.

use bootstrap::Database;
use broker::Broker;
use contract::{consumers::PERSISTENCE_CHAT, streams::CHAT, subjects::CHAT_FILLER};
use entities::message;

/// A power cut can take the newest messages from the broker that the database has already. New ones would then get the
/// same sequences, and the database could not store them: `CHAT` is made to go on above whatever it is known to have had.
///
/// # Errors
/// The database or the broker is away, or refuses.
pub(super) async fn mend(broker: &Broker, database: &Database) -> anyhow::Result<()> {
    let stored = message::Entity::highest_seq(&database.read).await?;
    let consumer = broker.consumer_state(&PERSISTENCE_CHAT).await?;
    let delivered = consumer.map_or(0, |state| state.delivered);
    let known = stored.unsigned_abs().max(delivered);
    if broker.go_past(&CHAT, known, CHAT_FILLER).await? {
        tracing::error!(
            known,
            "the stream of messages had lost its end; it goes on above it"
        );
    }
    Ok(())
}
