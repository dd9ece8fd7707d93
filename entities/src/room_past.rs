//! Rooms whose outcome is stored and whose past is still in the stream `LIFE`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{Condition, QueryOrder, QuerySelect};

use crate::{ROWS_PER_STATEMENT, expiry, later::is_later, room};

/// A room of which every event but the last is to go from the stream. The row goes when they have.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "room_pasts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub room_id: Uuid,
    /// Sequence in `LIFE` of the event that shows the outcome.
    pub life_seq: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Has the past of these rooms go. Of several outcomes of a room the later one counts.
    pub async fn note<C: ConnectionTrait>(
        db: &C,
        decided: impl IntoIterator<Item = Model>,
    ) -> Result<(), DbErr> {
        let mut decided: Vec<Model> = decided.into_iter().collect();
        decided.sort_by_key(|past| (past.room_id, std::cmp::Reverse(past.life_seq)));
        decided.dedup_by_key(|past| past.room_id);
        let replace_if_later = OnConflict::column(Column::RoomId)
            .update_column(Column::LifeSeq)
            .action_and_where(is_later::<Entity>(Column::LifeSeq))
            .to_owned();
        for chunk in decided.chunks(ROWS_PER_STATEMENT) {
            let rows = chunk.iter().cloned().map(ActiveModel::from);
            Entity::insert_many(rows)
                .on_conflict(replace_if_later.clone())
                .exec_without_returning(db)
                .await?;
        }
        Ok(())
    }

    /// Has the past of all rooms go again that ended at `since` or later: an older copy of the broker may have it. Rooms that
    /// were kept before are taken whenever they ended.
    pub async fn note_again_since<C: ConnectionTrait>(db: &C, since: i64) -> Result<(), DbErr> {
        let lately = Query::select()
            .column(expiry::Column::RoomId)
            .from(expiry::Entity)
            .and_where(expiry::Column::EndedAt.gte(since))
            .take();
        let ended: Vec<(Uuid, i64)> = room::Entity::find()
            .select_only()
            .column(room::Column::Id)
            .column(room::Column::LifeSeq)
            .filter(room::Column::State.eq("ended"))
            .filter(
                Condition::any()
                    .add(room::Column::Kept.eq(true))
                    .add(room::Column::Id.in_subquery(lately)),
            )
            .into_tuple()
            .all(db)
            .await?;
        let pasts = ended
            .into_iter()
            .map(|(room_id, life_seq)| Model { room_id, life_seq });
        Entity::note(db, pasts).await
    }

    /// Those of the earliest outcomes.
    pub async fn earliest<C: ConnectionTrait>(db: &C, limit: u64) -> Result<Vec<Model>, DbErr> {
        Entity::find()
            .order_by_asc(Column::LifeSeq)
            .limit(limit)
            .all(db)
            .await
    }

    /// Forgets a past that has gone, unless a later outcome was noted meanwhile.
    pub async fn gone<C: ConnectionTrait>(db: &C, past: &Model) -> Result<(), DbErr> {
        Entity::delete_many()
            .filter(Column::RoomId.eq(past.room_id))
            .filter(Column::LifeSeq.eq(past.life_seq))
            .exec(db)
            .await
            .map(drop)
    }
}
