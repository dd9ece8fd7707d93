//! A model made of all outcomes, as it is before it is written.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use anyhow::Context;
use bootstrap::Database;
use domain::matching::model::{Decided, Model, Portrait, Prior, Refused, SWEEPS};
use entities::{
    matching_model,
    matching_outcome::{self, LEARNED},
    room,
};
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use super::source::{Source, UNKNOWN_ROOM, fate, sorted_out};

/// From so many of the newest outcomes, so that its memory is bounded: about 200 MB.
const NEWEST: usize = 200_000;
const PAGE: u64 = 1_000;

/// A model of the outcomes up to one, and what became of each. What is decided or taken back meanwhile is not in it.
#[derive(Debug)]
pub struct Draft {
    /// The stored model before any outcome was read.
    pub(super) before: matching_model::Model,
    pub(super) until: i64,
    pub(super) model: Model,
    pub(super) fates: Fates,
}

impl Draft {
    /// Of the newest outcomes up to a sequence, computed off the async threads.
    pub(super) async fn of(database: &Database, prior: Prior, until: i64) -> anyhow::Result<Self> {
        let before = matching_model::Entity::current(&database.read).await?;
        let rows = newest(database, until).await?;
        let rooms: Vec<Uuid> = rows.iter().map(|row| row.room_id).collect();
        let known = room::Entity::known_among(&database.read, &rooms).await?;
        let computing = tokio::task::spawn_blocking(move || learned_from(prior, &rows, &known));
        let (model, fates) = computing.await.context("the learning ended")??;
        Ok(Self {
            before,
            until,
            model,
            fates,
        })
    }

    /// What has become meanwhile of the outcomes that it is the first to learn. Whoever was taken out of outcomes that had been
    /// learned before is the caller's.
    pub(super) async fn meanwhile<C: ConnectionTrait>(&self, db: &C) -> Result<Meanwhile, DbErr> {
        let Fates { first, from, .. } = &self.fates;
        let rooms: Vec<Uuid> = first.keys().copied().collect();
        let now = matching_outcome::Entity::of_rooms(db, &rooms).await?;
        let there: HashSet<Uuid> = now.iter().map(|row| row.room_id).collect();
        let learns = |room: &Uuid| first.get(room) == Some(&LEARNED);
        let has_gone = rooms
            .iter()
            .any(|room| learns(room) && !there.contains(room));
        let was_learned = |row: &&matching_outcome::Model| row.fate.as_deref() == Some(LEARNED);
        let mut learned = now.iter().filter(was_learned);
        let was_refused = learned.any(|row| !learns(&row.room_id));
        let unlearned = matching_outcome::Entity::unlearned(db, *from, self.until).await?;
        let has_come = unlearned.iter().any(|room| !first.contains_key(room));
        let new = now.iter().filter(|row| row.fate.is_none());
        let new = new.filter_map(|row| Some((row.room_id, *first.get(&row.room_id)?)));
        Ok(Meanwhile {
            is_outdated: has_gone || was_refused || has_come,
            new: new.collect(),
        })
    }
}

/// What has become of outcomes while a draft was computed.
pub(super) struct Meanwhile {
    /// The same rebuild would make something else now: of such an outcome nothing is left, one that was refused is learned, or one
    /// has turned up.
    pub(super) is_outdated: bool,
    /// Nobody has looked at these yet.
    pub(super) new: Vec<(Uuid, &'static str)>,
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

/// What becomes of the outcomes.
#[derive(Debug, Default)]
pub(super) struct Fates {
    /// Of those that say something else, or nothing.
    pub(super) changed: Vec<(Uuid, &'static str)>,
    /// Of those that the model had not learned when they were read.
    first: BTreeMap<Uuid, &'static str>,
    /// Earlier ones than of this sequence count no more.
    from: i64,
    pub(super) learned: u64,
    pub(super) ignored: u64,
}

impl Fates {
    fn add(&mut self, row: &matching_outcome::Model, fate: &'static str) {
        match fate {
            LEARNED => self.learned += 1,
            _ => self.ignored += 1,
        }
        let said = row.fate.as_deref();
        if said != Some(LEARNED) {
            self.first.insert(row.room_id, fate);
        }
        if said != Some(fate) {
            self.changed.push((row.room_id, fate));
        }
    }
}

fn learned_from(
    prior: Prior,
    rows: &[matching_outcome::Model],
    known: &HashSet<Uuid>,
) -> anyhow::Result<(Model, Fates)> {
    let mut fates = Fates {
        // They are read from the newest down, and no more than that many.
        from: rows.get(NEWEST - 1).map_or(0, |row| row.seq),
        ..Fates::default()
    };
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
    Ok((model, fates))
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
