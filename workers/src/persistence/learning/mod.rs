//! The matching model learns: outcomes are applied in the order of their stream, each once, and the weights are told to the
//! matchmakers.
//!
//! Every persistence worker does so. The model's row is held for each change and replaced by compare-and-set, so however many
//! apply, an outcome is learned once, and the same outcomes make the same model. Only what persistence has acknowledged is
//! applied: then nothing earlier can still come.

mod anew;
mod apply;
mod fairness;
mod publish;
mod source;

use std::time::Duration;

use bootstrap::{Database, Shutdown};
use broker::Broker;
use contract::consumers::PERSISTENCE_LIFE;
use domain::{
    Timestamp,
    matching::model::{Model, Prior, Weights, is_outgrown},
};
use entities::matching_model;
use settings::Settings;

use super::rounds::{self, Left};

pub use anew::{Relearned, relearn};

const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Learns until shutdown.
pub(super) async fn run(
    broker: Broker,
    database: Database,
    settings: &Settings,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    let learner = Learner {
        broker,
        database,
        prior: settings::matching_prior()?,
        rebuild_every: Duration::from_secs(settings.matching.rebuild_secs),
    };
    let watched = shutdown.clone();
    let fairness = fairness::watch(learner.database.clone(), watched);
    let purpose = "what matching learns from outcomes";
    let learning = rounds::until_shutdown(purpose, LOOK_EVERY, shutdown, || learner.round());
    let (learned, watched) = tokio::join!(learning, fairness);
    learned.and(watched)
}

/// What learning needs.
struct Learner {
    broker: Broker,
    database: Database,
    prior: Prior,
    rebuild_every: Duration,
}

impl Learner {
    async fn round(&self) -> anyhow::Result<Left> {
        let stored = matching_model::Entity::current(&self.database.read).await?;
        if self.is_older_than(&stored) {
            // A newer release is at work beside this one, and learns.
            return Ok(Left::Nothing);
        }
        if self.is_due(&stored) {
            self.anew(&stored).await?;
        }
        let until = self.broker.floor_of(&PERSISTENCE_LIFE).await?;
        let left = self.apply(until).await?;
        self.publish().await?;
        Ok(left)
    }

    fn is_older_than(&self, stored: &matching_model::Model) -> bool {
        i64::from(stored.prior_version) > i64::from(self.prior.version)
    }

    fn is_due(&self, stored: &matching_model::Model) -> bool {
        let age = self
            .broker
            .clock()
            .now()
            .since(Timestamp(stored.rebuilt_at));
        let [made_of, since] = [stored.made_of, stored.learned_since].map(i64::unsigned_abs);
        !self.can_use(stored) || age >= self.rebuild_every || is_outgrown(made_of, since)
    }

    /// Whether the weights belong to this release's, and are whole.
    fn can_use(&self, stored: &matching_model::Model) -> bool {
        let weights = serde_json::from_value::<Weights>(stored.weights.clone());
        weights.is_ok_and(|weights| Model::resume(self.prior.clone(), weights, []).is_ok())
    }
}
