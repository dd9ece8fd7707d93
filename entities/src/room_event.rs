//! A room's earlier events, moved here once its outcome is projected.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{Condition, ExprTrait, QueryOrder};

use crate::{KEYS_PER_STATEMENT, ROWS_PER_STATEMENT};

/// One event of a room's life.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "room_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub room_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i64,
    pub life_seq: i64,
    #[sea_orm(column_type = "JsonBinary")]
    pub document: Json,
    pub recorded_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The room's recorded life, oldest event first.
    pub fn of(room: Uuid) -> Select<Entity> {
        Entity::find()
            .filter(Column::RoomId.eq(room))
            .order_by_asc(Column::Revision)
    }

    /// The recorded events among these, named by room and revision; unknown ones are absent.
    pub async fn at<C: ConnectionTrait>(db: &C, keys: &[(Uuid, i64)]) -> Result<Vec<Model>, DbErr> {
        let mut found = Vec::with_capacity(keys.len());
        for chunk in keys.chunks(KEYS_PER_STATEMENT) {
            let any_of = chunk
                .iter()
                .fold(Condition::any(), |any, (room, revision)| {
                    any.add(Column::RoomId.eq(*room).and(Column::Revision.eq(*revision)))
                });
            found.extend(Entity::find().filter(any_of).all(db).await?);
        }
        Ok(found)
    }

    /// Removes the room's recorded life. Says how many events there were.
    pub async fn forget<C: ConnectionTrait>(db: &C, room: Uuid) -> Result<u64, DbErr> {
        let removed = Entity::delete_many()
            .filter(Column::RoomId.eq(room))
            .exec(db)
            .await?;
        Ok(removed.rows_affected)
    }

    /// Records events; those that are recorded already stay as they are.
    pub async fn record<C: ConnectionTrait>(db: &C, mut events: Vec<Model>) -> Result<(), DbErr> {
        events.sort_by_key(|event| (event.room_id, event.revision));
        let ignore = OnConflict::columns([Column::RoomId, Column::Revision])
            .do_nothing()
            .to_owned();
        for chunk in events.chunks(ROWS_PER_STATEMENT) {
            let rows = chunk.iter().cloned().map(ActiveModel::from);
            Entity::insert_many(rows)
                .on_conflict(ignore.clone())
                .exec_without_returning(db)
                .await?;
        }
        Ok(())
    }
}
