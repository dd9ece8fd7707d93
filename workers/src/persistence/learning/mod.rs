//! The matching model learns: outcomes are applied in the order of their stream, each once, and the weights are told to the
//! matchmakers.
//!
//! Every persistence worker does so. The model's row is held for each change and replaced by compare-and-set, so however many
//! apply, an outcome is learned once. Only what persistence has acknowledged is applied: then nothing earlier can still come.
//! The model is outgrown by a certain outcome, not at a time, so the same outcomes make the same model, whoever computes it and
//! how long it takes; only an operator, the clock (`match.rebuild_secs`) and people who take something back come between.

mod anew;
mod apply;
mod draft;
mod fairness;
mod publish;
mod source;

use std::time::Duration;

use bootstrap::{Database, Shutdown};
use broker::Broker;
use contract::consumers::PERSISTENCE_LIFE;
use domain::{
    Timestamp,
    matching::model::{Model, Prior, Weights, last_outgrown},
};
use entities::{matching_model, matching_outcome};
use settings::Settings;

use super::rounds::{self, Left};

pub use anew::{Relearned, Relearning, Written, relearn};
pub use draft::Draft;

const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Whoever has claimed to make the model anew and died is waited for so long.
const CLAIM_MS: i64 = 5 * 60 * 1_000;

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
    let learning =
        rounds::until_shutdown(purpose, LOOK_EVERY, shutdown.clone(), || learner.round());
    let purpose = "the matching model that is due to be made anew";
    let remaking = rounds::until_shutdown(purpose, LOOK_EVERY, shutdown, || learner.remake());
    let (learned, remade, watched) = tokio::join!(learning, remaking, fairness);
    learned.and(remade).and(watched)
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
        if self.is_older_than(&stored) || !self.can_use(&stored) {
            // A newer release is at work beside this one, and learns; or the model is about to be made anew.
            return Ok(Left::Nothing);
        }
        let until = self.broker.floor_of(&PERSISTENCE_LIFE).await?.seq;
        let left = self.apply(until).await?;
        self.publish().await?;
        Ok(left)
    }

    fn is_older_than(&self, stored: &matching_model::Model) -> bool {
        i64::from(stored.prior_version) > i64::from(self.prior.version)
    }

    /// Makes the model anew where that is due, beside the learning. One process at a time claims it.
    async fn remake(&self) -> anyhow::Result<Left> {
        let stored = matching_model::Entity::current(&self.database.read).await?;
        let Some(until) = self.due(&stored).await? else {
            return Ok(Left::Nothing);
        };
        let (now, write) = (self.broker.clock().now().0, &self.database.write);
        let claimed_until = now.saturating_add(CLAIM_MS);
        if !matching_model::Entity::claim(write, now, claimed_until).await? {
            return Ok(Left::Nothing);
        }
        let remade = self.anew(&stored, until).await;
        matching_model::Entity::release(write, claimed_until).await?;
        remade.map(|()| Left::More)
    }

    /// Whether the model is to be made anew, and up to which outcome: 0 for all.
    async fn due(&self, stored: &matching_model::Model) -> anyhow::Result<Option<i64>> {
        if self.is_older_than(stored) {
            return Ok(None);
        }
        let rebuilt_at = Timestamp(stored.rebuilt_at);
        let age = self.broker.clock().now().since(rebuilt_at);
        if !self.can_use(stored) || age >= self.rebuild_every {
            return Ok(Some(0));
        }
        // Learned by a release that did not count: nothing says from where on the growth is to be counted.
        let [counted, until] = [stored.made_of + stored.learned_since, stored.made_until];
        if (counted, until) == (0, 0) && stored.applied_seq > 0 {
            return Ok(Some(0));
        }
        let [made_of, since] = [stored.made_of, stored.learned_since].map(i64::unsigned_abs);
        let Some(nth) = last_outgrown(made_of, since) else {
            return Ok(None);
        };
        let read = &self.database.read;
        let last = matching_outcome::Entity::nth_learned_after(read, stored.made_until, nth);
        Ok(last.await?)
    }

    /// Whether the weights belong to this release's, and are whole.
    fn can_use(&self, stored: &matching_model::Model) -> bool {
        let weights = serde_json::from_value::<Weights>(stored.weights.clone());
        weights.is_ok_and(|weights| Model::resume(self.prior.clone(), weights, []).is_ok())
    }
}
