//! Public events of facts that only SQL knows.

use bootstrap::Transaction;
use contract::public_events::Fact;
use domain::Timestamp;
use entities::outbox;
use uuid::Uuid;

use crate::error::ApiError;

/// Writes the event of a fact in the fact's own transaction; persistence publishes it.
///
/// # Errors
/// The database's.
pub async fn tell(transaction: &Transaction, fact: Fact, at: Timestamp) -> Result<(), ApiError> {
    let subject = fact.nats_subject();
    let event = fact.into_event(Uuid::now_v7(), at);
    let row = outbox::Model {
        id: event.id,
        subject,
        payload: serde_json::to_string(&event).map_err(ApiError::internal)?,
        created_at: at.0,
    };
    Ok(outbox::Entity::push(transaction, row).await?)
}
