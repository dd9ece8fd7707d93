//! The model made anew from all outcomes: after new weights were shipped, once it is outgrown, from time to time, and when an
//! operator asks.
//!
//! What deleted users have left and whoever has reset it is then out of the weights, too.

use bootstrap::{Database, Transaction};
use broker::Broker;
use contract::consumers::PERSISTENCE_LIFE;
use domain::matching::model::{Model, Prior};
use entities::{matching_model, matching_outcome, matching_person};

use super::{
    super::decode::sql_seq,
    Learner,
    apply::{people_of, with_weights},
    draft::Draft,
    source::{Source, count},
};

/// How often it is computed for what came and went meanwhile.
const ATTEMPTS: usize = 3;

/// What a model was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Relearned {
    /// How many outcomes it has learned.
    pub learned: u64,
    /// How many taught it nothing.
    pub ignored: u64,
    /// Of how many people something is believed.
    pub people: u64,
    /// The place in `LIFE` of the last outcome.
    pub applied_seq: u64,
}

/// Makes the model anew, from all outcomes that persistence has stored and acknowledged. The running workers tell it to the
/// matchmakers.
///
/// # Errors
/// The broker or the database is away, or a newer release has stored a model.
pub async fn relearn(broker: &Broker, database: &Database) -> anyhow::Result<Relearned> {
    let relearning = Relearning::of_all(broker, database).await?;
    match relearning.run().await? {
        Written::Anew(relearned) => Ok(relearned),
        Written::Overtaken | Written::Outdated => {
            anyhow::bail!("only the workers stop where another one was faster")
        }
    }
}

impl Learner {
    /// Unless another worker has done so after `stored` was read. Up to an outcome, or 0 for all; later ones are learned one by
    /// one, as before.
    pub(super) async fn anew(
        &self,
        stored: &matching_model::Model,
        until: i64,
    ) -> anyhow::Result<()> {
        let relearning = Relearning {
            broker: &self.broker,
            database: &self.database,
            prior: self.prior.clone(),
            until,
            unless_after: Some(stored.rebuilt_at),
        };
        // It holds much, and comes seldom.
        if let Written::Anew(relearned) = Box::pin(relearning.run()).await? {
            let Relearned {
                learned, people, ..
            } = relearned;
            tracing::info!(learned, people, "the matching model is made anew");
            metrics::counter!("webchat_matching_rebuilds_total").increment(1);
        }
        Ok(())
    }
}

/// The making of a model, in two steps: it is computed beside the learning, and written in one transaction.
#[derive(Debug)]
pub struct Relearning<'a> {
    broker: &'a Broker,
    database: &'a Database,
    prior: Prior,
    /// The outcome's place in `LIFE` up to which it is made; 0: of all that are stored and acknowledged.
    until: i64,
    /// Nothing is to be done where the model was made anew since.
    unless_after: Option<i64>,
}

/// What became of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// It is the model now.
    Anew(Relearned),
    /// Another worker was faster.
    Overtaken,
    /// Outcomes came or went meanwhile that it does not take in: it is to be made once more.
    Outdated,
}

impl<'a> Relearning<'a> {
    /// Of all outcomes that persistence has stored and acknowledged.
    ///
    /// # Errors
    /// The database is away, or a newer release has stored a model.
    pub async fn of_all(broker: &'a Broker, database: &'a Database) -> anyhow::Result<Self> {
        let prior = settings::matching_prior()?;
        let stored = matching_model::Entity::current(&database.read).await?;
        anyhow::ensure!(
            i64::from(stored.prior_version) <= i64::from(prior.version),
            "the stored model belongs to the weights of a newer release ({}, this one ships {}); use that release",
            stored.prior_version,
            prior.version
        );
        Ok(Self {
            broker,
            database,
            prior,
            until: 0,
            unless_after: None,
        })
    }

    /// Computes it. Meanwhile others learn, reset and delete.
    ///
    /// # Errors
    /// The broker or the database is away.
    pub async fn draft(&self) -> anyhow::Result<Draft> {
        let until = match self.until {
            0 => sql_seq(self.broker.floor_of(&PERSISTENCE_LIFE).await?.seq),
            until => until,
        };
        Draft::of(self.database, self.prior.clone(), until).await
    }

    /// Both, until a draft is still true when it is written. After some attempts it is written nevertheless: nothing may keep a
    /// model from being made anew.
    pub(super) async fn run(&self) -> anyhow::Result<Written> {
        for _ in 0..ATTEMPTS {
            match self.write(self.draft().await?).await? {
                Written::Outdated => tracing::debug!("the model is made anew once more"),
                written => return Ok(written),
            }
        }
        self.put(self.draft().await?, true).await
    }

    /// Writes it, as if it had been computed in this moment, but for the weights: what those who were taken out meanwhile have taught
    /// them goes with the next one.
    ///
    /// # Errors
    /// The database is away.
    pub async fn write(&self, draft: Draft) -> anyhow::Result<Written> {
        self.put(draft, false).await
    }

    async fn put(&self, draft: Draft, at_any_rate: bool) -> anyhow::Result<Written> {
        let transaction = self.database.begin_write().await?;
        let held = matching_model::Entity::hold(&transaction).await?;
        if self.unless_after.is_some_and(|at| at != held.rebuilt_at) {
            return Ok(Written::Overtaken);
        }
        let meanwhile = draft.meanwhile(&transaction).await?;
        if meanwhile.is_outdated && !at_any_rate {
            return Ok(Written::Outdated);
        }
        let Draft {
            before,
            until,
            mut model,
            fates,
        } = draft;
        if held.withdrawals != before.withdrawals {
            // Whoever was taken out meanwhile has no outcome any more. The weights follow with the next rebuild.
            let members = matching_outcome::Entity::members_until(&transaction, until).await?;
            model.keep_people(|user| members.contains(&user.0));
        }
        let later = learn_later(&transaction, &mut model, until, held.applied_seq).await?;
        let people = people_of(&model);
        matching_person::Entity::clear(&transaction).await?;
        matching_person::Entity::save(&transaction, &people).await?;
        matching_outcome::Entity::settle(&transaction, fates.changed.iter().copied()).await?;
        let next = matching_model::Model {
            rebuilt_at: self.broker.clock().now().0,
            made_of: i64::try_from(fates.learned)?,
            made_until: until,
            learned_since: i64::try_from(later)?,
            ..with_weights(&held, model.weights())?
        };
        anyhow::ensure!(
            matching_model::Entity::replace(&transaction, &next).await?,
            "the model changed while it was held"
        );
        transaction.commit().await?;
        count(&meanwhile.new);
        Ok(Written::Anew(Relearned {
            learned: fates.learned,
            ignored: fates.ignored,
            people: people.len() as u64,
            applied_seq: model.weights().applied_seq,
        }))
    }
}

/// Learns what was learned one by one after a sequence and up to another one, and says how much it was.
async fn learn_later(
    transaction: &Transaction,
    model: &mut Model,
    after: i64,
    until: i64,
) -> anyhow::Result<usize> {
    let later = matching_outcome::Entity::learned_between(transaction, after, until).await?;
    for row in &later {
        let source = Source::of(row);
        let learned = model.learn(&source.outcome, &source.one, &source.other);
        learned.map_err(|refused| {
            anyhow::anyhow!("an outcome that was learned is refused now: {refused:?}")
        })?;
    }
    Ok(later.len())
}
