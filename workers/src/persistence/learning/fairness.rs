//! Whether what scores high is kept: the keep rates by score, as metrics.

use std::time::Duration;

use bootstrap::{Database, Shutdown};
use domain::matching::pairing::Fairness;
use entities::matching_outcome;

use super::super::rounds::{self, Left};

/// Of so many of the newest outcomes.
const NEWEST: u64 = 1_000;
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Keeps the gauges until shutdown. All workers show the same, as they read it from SQL.
pub(super) async fn watch(database: Database, shutdown: Shutdown) -> anyhow::Result<()> {
    let purpose = "the keep rates by score";
    rounds::until_shutdown(purpose, LOOK_EVERY, shutdown, || look(&database)).await
}

async fn look(database: &Database) -> anyhow::Result<Left> {
    let newest = matching_outcome::Entity::newest(&database.read, i64::MAX, NEWEST).await?;
    let mut fairness = Fairness::default();
    for outcome in newest {
        fairness.decided(outcome.score, outcome.low_keeps && outcome.high_keeps);
    }
    for (band, rate) in fairness.keep_rates() {
        let from = format!("{:.2}", band.from());
        metrics::gauge!("webchat_match_keep_rate", "score_from" => from).set(rate);
    }
    Ok(Left::Nothing)
}
