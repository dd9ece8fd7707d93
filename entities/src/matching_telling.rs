//! What people have been told of what matching has learned of them.

use domain::matching::Telling;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;

use crate::{ROWS_PER_STATEMENT, among};

/// One person's; of whom there is no row, nothing was learned yet.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "matching_tellings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: Uuid,
    #[sea_orm(column_type = "JsonBinary")]
    pub telling: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// What it says; nothing where it cannot be read.
    pub fn telling(&self) -> Telling {
        serde_json::from_value(self.telling.clone()).unwrap_or_default()
    }
}

impl Entity {
    /// What the user has been told.
    pub async fn of<C: ConnectionTrait>(db: &C, user: Uuid) -> Result<Telling, DbErr> {
        let found = Entity::find_by_id(user).one(db).await?;
        Ok(found.map(|row| row.telling()).unwrap_or_default())
    }

    /// The rows of these users; of some there is none.
    pub async fn among<C: ConnectionTrait>(db: &C, users: &[Uuid]) -> Result<Vec<Model>, DbErr> {
        among::rows::<Entity>(db, Column::UserId, users).await
    }

    /// Writes rows, new or not. Only who holds the model's row may: [`crate::matching_model::Entity::hold`].
    pub async fn save<C: ConnectionTrait>(
        db: &C,
        tellings: Vec<(Uuid, Telling)>,
    ) -> Result<(), DbErr> {
        let replace = OnConflict::column(Column::UserId)
            .update_column(Column::Telling)
            .to_owned();
        for chunk in tellings.chunks(ROWS_PER_STATEMENT) {
            let mut rows = Vec::with_capacity(chunk.len());
            for (user_id, telling) in chunk {
                let telling = serde_json::to_value(telling)
                    .map_err(|error| DbErr::Json(error.to_string()))?;
                let row = Model {
                    user_id: *user_id,
                    telling,
                };
                rows.push(ActiveModel::from(row));
            }
            Entity::insert_many(rows)
                .on_conflict(replace.clone())
                .exec_without_returning(db)
                .await?;
        }
        Ok(())
    }
}
