//! Public events of facts that only SQL knows: written in the fact's transaction, published afterwards, then deleted.
//! An event may be published twice, always under the same id.

use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};

/// An event to publish. The id is the event's own, so a repeat is recognised.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub subject: String,
    pub payload: String,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The events to publish next, oldest first.
    pub fn next_batch(limit: u64) -> Select<Entity> {
        Entity::find().order_by_asc(Column::Id).limit(limit)
    }

    /// Adds an event. Call it in the transaction that writes the fact.
    pub async fn push<C: ConnectionTrait>(db: &C, event: Model) -> Result<(), DbErr> {
        Entity::insert(ActiveModel::from(event))
            .exec_without_returning(db)
            .await?;
        Ok(())
    }

    /// Forgets events that are published; unknown ids are fine.
    pub async fn delete_published<C: ConnectionTrait>(db: &C, ids: &[Uuid]) -> Result<(), DbErr> {
        for chunk in ids.chunks(crate::ROWS_PER_STATEMENT) {
            Entity::delete_many()
                .filter(Column::Id.is_in(chunk.iter().copied()))
                .exec(db)
                .await?;
        }
        Ok(())
    }
}
