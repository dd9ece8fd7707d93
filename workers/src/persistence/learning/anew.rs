//! The model made anew from all outcomes: after new weights were shipped, once it is outgrown, from time to time, and when an
//! operator asks.
//!
//! What deleted users have left and whoever has reset it is then out of the weights, too.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use anyhow::Context;
use bootstrap::Database;
use broker::Broker;
use contract::consumers::PERSISTENCE_LIFE;
use domain::matching::model::{Decided, Model, Portrait, Prior, Refused, SWEEPS};
use entities::{matching_model, matching_outcome, matching_person, room};
use uuid::Uuid;

use super::{
    super::decode::sql_seq,
    Learner,
    apply::{people_of, with_weights},
    source::{Source, UNKNOWN_ROOM, count, fate, sorted_out},
    tell,
};

/// From so many of the newest outcomes, so that its memory is bounded: about 200 MB.
const NEWEST: usize = 200_000;
const PAGE: u64 = 1_000;

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
    let prior = settings::matching_prior()?;
    let stored = matching_model::Entity::current(&database.read).await?;
    anyhow::ensure!(
        i64::from(stored.prior_version) <= i64::from(prior.version),
        "the stored model belongs to the weights of a newer release ({}, this one ships {}); use that release",
        stored.prior_version,
        prior.version
    );
    let remake = Remake {
        broker,
        database,
        prior: &prior,
        until: 0,
        unless_after: None,
    };
    remake
        .run()
        .await?
        .context("only the workers stop where another one was faster")
}

impl Learner {
    /// Unless another worker has done so after `stored` was read. Up to an outcome, or 0 for all; later ones are learned one by
    /// one, as before.
    pub(super) async fn anew(
        &self,
        stored: &matching_model::Model,
        until: i64,
    ) -> anyhow::Result<()> {
        let remake = Remake {
            broker: &self.broker,
            database: &self.database,
            prior: &self.prior,
            until,
            unless_after: Some(stored.rebuilt_at),
        };
        if let Some(Relearned {
            learned, people, ..
        }) = remake.run().await?
        {
            tracing::info!(learned, people, "the matching model is made anew");
            metrics::counter!("webchat_matching_rebuilds_total").increment(1);
        }
        Ok(())
    }
}

/// The making of a model.
struct Remake<'a> {
    broker: &'a Broker,
    database: &'a Database,
    prior: &'a Prior,
    /// The outcome's place in `LIFE` up to which it is made; 0: of all that are stored and acknowledged.
    until: i64,
    /// Nothing is to be done where the model was made anew since.
    unless_after: Option<i64>,
}

impl Remake<'_> {
    /// `None` where another worker was faster.
    async fn run(&self) -> anyhow::Result<Option<Relearned>> {
        let database = self.database;
        let before = matching_model::Entity::current(&database.read).await?;
        let until = match self.until {
            0 => sql_seq(self.broker.floor_of(&PERSISTENCE_LIFE).await?.seq),
            until => until,
        };
        let Draft { mut model, fates } = self.draft(until).await?;
        let transaction = database.begin_write().await?;
        let held = matching_model::Entity::hold(&transaction).await?;
        if self.unless_after.is_some_and(|at| at != held.rebuilt_at) {
            return Ok(None);
        }
        if held.withdrawals != before.withdrawals {
            // Whoever was taken out meanwhile has no outcome any more. The weights follow with the next rebuild.
            let members = matching_outcome::Entity::members_until(&transaction, until).await?;
            model.keep_people(|user| members.contains(&user.0));
        }
        let last = held.applied_seq;
        let later = matching_outcome::Entity::learned_between(&transaction, until, last).await?;
        for row in &later {
            let source = Source::of(row);
            let learned = model.learn(&source.outcome, &source.one, &source.other);
            learned.map_err(|refused| {
                anyhow::anyhow!("an outcome that was learned is refused now: {refused:?}")
            })?;
        }
        let people = people_of(&model);
        matching_person::Entity::clear(&transaction).await?;
        matching_person::Entity::save(&transaction, &people).await?;
        let taught: Vec<_> = fates.taught.iter().collect();
        tell::members(&transaction, &model, &taught, held.version).await?;
        matching_outcome::Entity::settle(&transaction, fates.changed.iter().copied()).await?;
        let next = matching_model::Model {
            rebuilt_at: self.broker.clock().now().0,
            made_of: i64::try_from(fates.learned)?,
            made_until: until,
            learned_since: i64::try_from(later.len())?,
            ..with_weights(&held, model.weights())?
        };
        anyhow::ensure!(
            matching_model::Entity::replace(&transaction, &next).await?,
            "the model changed while it was held"
        );
        transaction.commit().await?;
        count(&fates.new);
        Ok(Some(Relearned {
            learned: fates.learned,
            ignored: fates.ignored,
            people: people.len() as u64,
            applied_seq: model.weights().applied_seq,
        }))
    }

    /// The model of all outcomes up to a sequence, computed off the async threads.
    async fn draft(&self, until: i64) -> anyhow::Result<Draft> {
        let rows = newest(self.database, until).await?;
        let rooms: Vec<Uuid> = rows.iter().map(|row| row.room_id).collect();
        let known = room::Entity::known_among(&self.database.read, &rooms).await?;
        let prior = self.prior.clone();
        let computing = tokio::task::spawn_blocking(move || learned_from(prior, &rows, &known));
        computing.await.context("the learning ended")?
    }
}

/// The newest outcomes up to a sequence.
async fn newest(database: &Database, until: i64) -> anyhow::Result<Vec<matching_outcome::Model>> {
    let mut rows: Vec<matching_outcome::Model> = Vec::new();
    let mut before = until.saturating_add(1);
    while rows.len() < NEWEST {
        let page = matching_outcome::Entity::newest(&database.read, before, PAGE).await?;
        let Some(last) = page.last() else { break };
        before = last.seq;
        rows.extend(page);
    }
    Ok(rows)
}

struct Draft {
    model: Model,
    fates: Fates,
}

#[derive(Default)]
struct Fates {
    /// Of the rows that say something else.
    changed: Vec<(Uuid, &'static str)>,
    /// Of the rows that nobody had looked at.
    new: Vec<(Uuid, &'static str)>,
    /// The rows that nobody had looked at and the model has learned.
    taught: Vec<matching_outcome::Model>,
    learned: u64,
    ignored: u64,
}

impl Fates {
    fn add(&mut self, row: &matching_outcome::Model, fate: &'static str) {
        match fate {
            matching_outcome::LEARNED => self.learned += 1,
            _ => self.ignored += 1,
        }
        if row.fate.is_none() {
            self.new.push((row.room_id, fate));
            if fate == matching_outcome::LEARNED {
                self.taught.push(row.clone());
            }
        }
        if row.fate.as_deref() != Some(fate) {
            self.changed.push((row.room_id, fate));
        }
    }
}

fn learned_from(
    prior: Prior,
    rows: &[matching_outcome::Model],
    known: &HashSet<Uuid>,
) -> anyhow::Result<Draft> {
    let mut fates = Fates::default();
    let (of_rooms, unknown) = sorted_out(rows, known);
    let unknown: HashSet<Uuid> = unknown.into_iter().collect();
    for row in rows.iter().filter(|row| unknown.contains(&row.room_id)) {
        fates.add(row, UNKNOWN_ROOM);
    }
    let mut same = Interned::default();
    let sources: Vec<Source> = of_rooms.iter().map(|row| same.of(row)).collect();
    let decided: Vec<Decided<'_>> = sources
        .iter()
        .map(|source| Decided {
            outcome: source.outcome,
            one: &source.one,
            other: &source.other,
        })
        .collect();
    let model = Model::rebuild(prior, &decided, SWEEPS)?;
    for row in of_rooms {
        let is_with_oneself = row.low_user == row.high_user;
        let refused = is_with_oneself.then_some(Refused::SamePerson);
        fates.add(row, fate(refused.map_or(Ok(()), Err)));
    }
    Ok(Draft { model, fates })
}

/// Most people say the same in all their rooms: their portraits are kept once.
#[derive(Default)]
struct Interned(HashMap<String, Arc<Portrait>>);

impl Interned {
    fn of(&mut self, row: &matching_outcome::Model) -> Source {
        let source = Source::of(row);
        Source {
            one: self.portrait(row.low_features.as_ref(), source.one),
            other: self.portrait(row.high_features.as_ref(), source.other),
            ..source
        }
    }

    fn portrait(
        &mut self,
        features: Option<&serde_json::Value>,
        portrait: Arc<Portrait>,
    ) -> Arc<Portrait> {
        let key = features.map_or_else(String::new, serde_json::Value::to_string);
        Arc::clone(self.0.entry(key).or_insert(portrait))
    }
}
