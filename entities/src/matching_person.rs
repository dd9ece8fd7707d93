//! What the matching model believes of people, beyond their profiles.

use domain::matching::model::{Belief, PersonBeliefs};
use sea_orm::Iterable;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;

use crate::{ROWS_PER_STATEMENT, among};

/// One person's beliefs; of whom there is no row, nothing was learned.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "matching_people")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: Uuid,
    pub generosity_mean: f64,
    pub generosity_variance: f64,
    pub appeal_mean: f64,
    pub appeal_variance: f64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The row of a person.
    pub fn new(user_id: Uuid, beliefs: PersonBeliefs) -> Self {
        Self {
            user_id,
            generosity_mean: beliefs.generosity.mean,
            generosity_variance: beliefs.generosity.variance,
            appeal_mean: beliefs.appeal.mean,
            appeal_variance: beliefs.appeal.variance,
        }
    }

    /// The beliefs in it.
    pub fn beliefs(&self) -> PersonBeliefs {
        PersonBeliefs {
            generosity: Belief {
                mean: self.generosity_mean,
                variance: self.generosity_variance,
            },
            appeal: Belief {
                mean: self.appeal_mean,
                variance: self.appeal_variance,
            },
        }
    }
}

impl Entity {
    /// What is believed of the user.
    pub async fn of<C: ConnectionTrait>(
        db: &C,
        user: Uuid,
    ) -> Result<Option<PersonBeliefs>, DbErr> {
        let found = Entity::find_by_id(user).one(db).await?;
        Ok(found.map(|person| person.beliefs()))
    }

    /// The rows of these users; of some there is none.
    pub async fn among<C: ConnectionTrait>(db: &C, users: &[Uuid]) -> Result<Vec<Model>, DbErr> {
        among::rows::<Entity>(db, Column::UserId, users).await
    }

    /// Removes all rows.
    pub async fn clear<C: ConnectionTrait>(db: &C) -> Result<(), DbErr> {
        Entity::delete_many().exec(db).await?;
        Ok(())
    }

    /// Writes rows, new or not. Only who holds the model's row may: [`crate::matching_model::Entity::hold`].
    pub async fn save<C: ConnectionTrait>(db: &C, people: &[Model]) -> Result<(), DbErr> {
        let replace = OnConflict::column(Column::UserId)
            .update_columns(Column::iter().filter(|column| !matches!(column, Column::UserId)))
            .to_owned();
        for chunk in people.chunks(ROWS_PER_STATEMENT) {
            let rows = chunk.iter().cloned().map(ActiveModel::from);
            Entity::insert_many(rows)
                .on_conflict(replace.clone())
                .exec_without_returning(db)
                .await?;
        }
        Ok(())
    }
}
