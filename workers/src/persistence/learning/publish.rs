//! The weights, told to the matchmakers.

use std::time::Duration;

use broker::{Publish, PublishError};
use contract::{life::PublishedModel, streams::LIFE, subjects::LIFE_MODEL};
use entities::matching_model;

use super::Learner;

/// A matchmaker prepares everybody who waits anew with other weights, and these move slowly.
const AT_MOST_EVERY: Duration = Duration::from_secs(10);

impl Learner {
    /// Publishes the stored weights where the broker has older ones or none; soon after others, not at once.
    pub(super) async fn publish(&self) -> anyhow::Result<()> {
        let stored = matching_model::Entity::current(&self.database.read).await?;
        if !self.can_use(&stored) {
            return Ok(());
        }
        let last = self.broker.last(&LIFE, LIFE_MODEL).await?;
        if let Some(record) = &last {
            let published = serde_json::from_slice::<PublishedModel>(&record.payload);
            let is_older = |other: &PublishedModel| {
                other.version < stored.version || other.weights.prior_version < self.prior.version
            };
            let is_recent = self.broker.clock().now().since(record.stored_at) < AT_MOST_EVERY;
            if published.is_ok_and(|other| !is_older(&other) || is_recent) {
                return Ok(());
            }
        }
        let model = PublishedModel {
            version: stored.version,
            weights: serde_json::from_value(stored.weights)?,
        };
        let expected = last.map_or(0, |record| record.seq);
        let publish = Publish::new(LIFE_MODEL.to_owned(), serde_json::to_vec(&model)?);
        match self.broker.publish(publish.expecting_last(expected)).await {
            // Another worker was faster.
            Err(PublishError::Conflict) => return Ok(()),
            published => published?,
        };
        self.broker.purge(&LIFE, LIFE_MODEL, 1).await?;
        tracing::debug!(
            version = model.version,
            "the matching weights are published"
        );
        Ok(())
    }
}
