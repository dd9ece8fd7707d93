//! `webchat learn`: the matching model, made anew from all outcomes.

use workers::persistence::{Relearned, relearn};

use super::{Deployment, say};

/// Runs the command.
///
/// # Errors
/// The broker or the database is away, or a newer release has stored a model. It can be repeated.
pub async fn run(deployment: &Deployment) -> anyhow::Result<()> {
    let database = deployment.database().await?;
    let Relearned {
        learned,
        ignored,
        people,
        applied_seq,
    } = relearn(&deployment.broker, &database).await?;
    say(&format!(
        "the matching model is made anew from {learned} outcomes, the last at LIFE {applied_seq}; \
         of {people} people something is known; {ignored} outcomes taught nothing"
    ))
}
