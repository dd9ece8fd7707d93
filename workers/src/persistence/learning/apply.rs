//! The next outcomes, one by one.

use std::collections::BTreeSet;

use domain::{
    UserId,
    matching::model::{Model, StoredFault, Weights},
};
use entities::{
    matching_model,
    matching_outcome::{self, LEARNED},
    matching_person, room,
};
use uuid::Uuid;

use super::{
    super::{decode::sql_seq, rounds::Left, rows},
    Learner,
    source::{Source, UNKNOWN_ROOM, count, fate, sorted_out},
};

/// Outcomes of one transaction.
const AT_ONCE: u64 = 100;

impl Learner {
    /// Learns what is stored up to a sequence and nobody has looked at, a transaction full of it.
    pub(super) async fn apply(&self, until: u64) -> anyhow::Result<Left> {
        let until = sql_seq(until);
        let database = &self.database;
        if matching_outcome::Entity::pending(&database.read, until, 1)
            .await?
            .is_empty()
        {
            return Ok(Left::Nothing);
        }
        let transaction = database.begin_write().await?;
        let held = matching_model::Entity::hold(&transaction).await?;
        // Whoever was faster has settled some of them.
        let rows = matching_outcome::Entity::pending(&transaction, until, AT_ONCE).await?;
        let rooms: Vec<Uuid> = rows.iter().map(|row| row.room_id).collect();
        let known = room::Entity::known_among(&transaction, &rooms).await?;
        let (rows, unknown) = sorted_out(&rows, &known);
        let members: BTreeSet<Uuid> = rows
            .iter()
            .flat_map(|row| [row.low_user, row.high_user])
            .collect();
        let members: Vec<Uuid> = members.into_iter().collect();
        let people = matching_person::Entity::among(&transaction, &members).await?;
        let mut model = self.resume(&held, &people)?;
        let mut fates: Vec<_> = unknown.iter().map(|room| (*room, UNKNOWN_ROOM)).collect();
        let mut taught = 0_i64;
        for row in rows {
            let Source {
                outcome,
                one,
                other,
            } = Source::of(row);
            let fate = fate(model.learn(&outcome, &one, &other));
            fates.push((row.room_id, fate));
            taught += i64::from(fate == LEARNED);
        }
        let people = people_of(&model);
        matching_person::Entity::save(&transaction, &people).await?;
        matching_outcome::Entity::settle(&transaction, fates.iter().copied()).await?;
        let next = matching_model::Model {
            learned_since: held.learned_since.saturating_add(taught),
            ..with_weights(&held, model.weights())?
        };
        if !matching_model::Entity::replace(&transaction, &next).await? {
            // The transaction is dropped and undone.
            return Ok(Left::More);
        }
        transaction.commit().await?;
        count(&fates);
        let is_full = fates.len() as u64 == AT_ONCE;
        Ok(if is_full { Left::More } else { Left::Nothing })
    }

    fn resume(
        &self,
        held: &matching_model::Model,
        people: &[matching_person::Model],
    ) -> anyhow::Result<Model> {
        let weights: Weights =
            serde_json::from_value(held.weights.clone()).map_err(|_| StoredFault::Damaged)?;
        let people = people
            .iter()
            .map(|person| (UserId(person.user_id), person.beliefs()));
        Ok(Model::resume(self.prior.clone(), weights, people)?)
    }
}

/// The row with other weights.
pub(super) fn with_weights(
    held: &matching_model::Model,
    weights: &Weights,
) -> anyhow::Result<matching_model::Model> {
    Ok(matching_model::Model {
        prior_version: i32::try_from(weights.prior_version)?,
        applied_seq: sql_seq(weights.applied_seq),
        weights: rows::document(weights)?,
        ..held.clone()
    })
}

/// The rows of everybody who has an account. Of whoever has reset what was learned, nothing is stored.
pub(super) fn people_of(model: &Model) -> Vec<matching_person::Model> {
    let people = model.people();
    people
        .filter(|(user, _)| !matching_outcome::is_nobody(user.0))
        .map(|(user, beliefs)| matching_person::Model::new(user.0, beliefs))
        .collect()
}
