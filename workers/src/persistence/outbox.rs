//! Public events that a gateway wrote beside their fact: published, then deleted. Two workers may do it at once: the
//! id of the row is the event's id, so the stream takes it once.

use std::time::Duration;

use bootstrap::{Database, Shutdown};
use broker::{Broker, Publish, PublishError};
use entities::outbox;
use futures_util::{StreamExt, stream};
use sea_orm::{DbErr, EntityTrait, PaginatorTrait};
use thiserror::Error;
use uuid::Uuid;

const ROWS: u64 = 100;
const IN_FLIGHT: usize = 32;
const IDLE: Duration = Duration::from_millis(250);
const AFTER_FAILURE: Duration = Duration::from_secs(1);
/// How many idle rounds pass between two counts of what waits.
const ROUNDS_BETWEEN_COUNTS: u32 = 20;

#[derive(Debug, Error)]
enum OutboxError {
    #[error("the outbox cannot be read or written: {0}")]
    Database(#[from] DbErr),
    #[error("an event was not taken: {0}")]
    Publish(#[from] PublishError),
}

/// Publishes what is written, oldest first, until shutdown.
pub(super) async fn drain(
    broker: Broker,
    database: Database,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    let mut rounds = 0_u32;
    while !shutdown.is_requested() {
        let pause = match round(&broker, &database).await {
            Ok(ROWS..) => Duration::ZERO,
            Ok(_) => IDLE,
            Err(error) => {
                tracing::warn!(%error, "public events wait in the outbox");
                AFTER_FAILURE
            }
        };
        if rounds.is_multiple_of(ROUNDS_BETWEEN_COUNTS) {
            count(&database).await;
        }
        rounds = rounds.wrapping_add(1);
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = shutdown.requested() => {}
        }
    }
    Ok(())
}

/// One batch: how many rows there were. What was published is deleted, also where another row failed.
async fn round(broker: &Broker, database: &Database) -> Result<u64, OutboxError> {
    let rows = outbox::Entity::next_batch(ROWS).all(&database.read).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let count = rows.len() as u64;
    let publishes: Vec<_> = rows.into_iter().map(|row| publish(broker, row)).collect();
    let outcomes: Vec<_> = stream::iter(publishes)
        .buffer_unordered(IN_FLIGHT)
        .collect()
        .await;
    let mut published = Vec::with_capacity(outcomes.len());
    let mut failure = None;
    for outcome in outcomes {
        match outcome {
            Ok(id) => published.push(id),
            Err(error) => failure = Some(error),
        }
    }
    outbox::Entity::delete_published(&database.write, &published).await?;
    failure.map_or(Ok(count), |error| Err(error.into()))
}

async fn publish(broker: &Broker, row: outbox::Model) -> Result<Uuid, PublishError> {
    let publish = Publish::new(row.subject, row.payload).message_id(row.id.to_string());
    broker.publish(publish).await.map(|_ack| row.id)
}

async fn count(database: &Database) {
    match outbox::Entity::find().count(&database.read).await {
        Ok(length) => metrics::gauge!("webchat_outbox_length")
            .set(f64::from(u32::try_from(length).unwrap_or(u32::MAX))),
        Err(error) => tracing::debug!(%error, "the outbox was not counted"),
    }
}
