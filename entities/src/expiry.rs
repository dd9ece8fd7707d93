//! Rooms whose messages are still to go: they ended and were not kept.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{QueryOrder, QuerySelect};

use crate::{ROWS_PER_STATEMENT, message, read_position, room, room_event};

/// A room that waits for its messages to go. The row goes with them.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "expiries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub room_id: Uuid,
    /// When the room ended.
    pub ended_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Has the messages of these rooms go in their time. A room that waits already stays as it is.
    pub async fn note<C: ConnectionTrait>(
        db: &C,
        ended: impl IntoIterator<Item = Model>,
    ) -> Result<(), DbErr> {
        let mut ended: Vec<Model> = ended.into_iter().collect();
        ended.sort_by_key(|expiry| expiry.room_id);
        ended.dedup_by_key(|expiry| expiry.room_id);
        let ignore = OnConflict::column(Column::RoomId).do_nothing().to_owned();
        for chunk in ended.chunks(ROWS_PER_STATEMENT) {
            let rows = chunk.iter().cloned().map(ActiveModel::from);
            Entity::insert_many(rows)
                .on_conflict(ignore.clone())
                .exec_without_returning(db)
                .await?;
        }
        Ok(())
    }

    /// Rooms that ended at `until` or earlier, the longest ended first.
    pub async fn due<C: ConnectionTrait>(
        db: &C,
        until: i64,
        limit: u64,
    ) -> Result<Vec<Model>, DbErr> {
        Entity::find()
            .filter(Column::EndedAt.lte(until))
            .order_by_asc(Column::EndedAt)
            .limit(limit)
            .all(db)
            .await
    }

    /// Removes what was said in the room: messages, read positions, and the room's past. The room itself stays, without
    /// a last message.
    pub async fn carry_out<C: ConnectionTrait>(db: &C, room: Uuid) -> Result<(), DbErr> {
        message::Entity::delete_many()
            .filter(message::Column::RoomId.eq(room))
            .exec(db)
            .await?;
        read_position::Entity::delete_many()
            .filter(read_position::Column::RoomId.eq(room))
            .exec(db)
            .await?;
        room_event::Entity::delete_many()
            .filter(room_event::Column::RoomId.eq(room))
            .exec(db)
            .await?;
        room::Entity::update_many()
            .col_expr(room::Column::LastMessageSeq, Expr::value(0))
            .col_expr(
                room::Column::LastMessageAt,
                Expr::value(Option::<i64>::None),
            )
            .filter(room::Column::Id.eq(room))
            .exec(db)
            .await?;
        Entity::delete_by_id(room).exec(db).await?;
        Ok(())
    }
}
