//! Rooms that ended and were not kept: when their messages go, and whether they have gone.

use std::collections::HashSet;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Func, LockType, OnConflict};
use sea_orm::{QueryOrder, QuerySelect};

use crate::{ROWS_PER_STATEMENT, file, message, read_position, report, room, room_event};

/// A room whose messages go some time after its end. The row stays: a late copy of a message is recognised by it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "expiries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub room_id: Uuid,
    /// When the room ended.
    pub ended_at: i64,
    /// When its messages went for the first time; no message of the room is stored from then on.
    pub expired_at: Option<i64>,
    /// Whether anything of them may be somewhere.
    pub has_remains: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Has the messages of these rooms go in their time. A room that is noted already stays as it is.
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

    /// Lets these rooms' messages stay: they are kept, and were noted by mistake. What has gone stays gone.
    pub async fn take_back<C: ConnectionTrait>(db: &C, kept: &[Uuid]) -> Result<(), DbErr> {
        for chunk in kept.chunks(ROWS_PER_STATEMENT) {
            Entity::delete_many()
                .filter(Column::RoomId.is_in(chunk.iter().copied()))
                .filter(Column::ExpiredAt.is_null())
                .exec(db)
                .await?;
        }
        Ok(())
    }

    /// Rooms that ended at `until` or earlier and of whose messages something may be there, the longest ended first. A room with
    /// an open report is frozen.
    pub async fn due<C: ConnectionTrait>(
        db: &C,
        until: i64,
        limit: u64,
    ) -> Result<Vec<Model>, DbErr> {
        Entity::find()
            .filter(Column::HasRemains.eq(true))
            .filter(Column::EndedAt.lte(until))
            .filter(Column::RoomId.not_in_subquery(report::frozen_rooms()))
            .order_by_asc(Column::EndedAt)
            .limit(limit)
            .all(db)
            .await
    }

    /// Which of these rooms' messages have gone. In a transaction on PostgreSQL that stays so until its end.
    pub async fn expired_among<C: ConnectionTrait>(
        db: &C,
        rooms: &[Uuid],
    ) -> Result<HashSet<Uuid>, DbErr> {
        let mut expired = HashSet::new();
        for chunk in rooms.chunks(ROWS_PER_STATEMENT) {
            let noted: Vec<Model> = Entity::find()
                .filter(Column::RoomId.is_in(chunk.iter().copied()))
                .order_by_asc(Column::RoomId)
                .lock(LockType::Share)
                .all(db)
                .await?;
            let gone = noted.iter().filter(|expiry| expiry.expired_at.is_some());
            expired.extend(gone.map(|expiry| expiry.room_id));
        }
        Ok(expired)
    }

    /// Has the messages of these rooms go once more: something of them has turned up again.
    pub async fn note_again<C: ConnectionTrait>(db: &C, rooms: &[Uuid]) -> Result<(), DbErr> {
        for chunk in rooms.chunks(ROWS_PER_STATEMENT) {
            Entity::update_many()
                .col_expr(Column::HasRemains, Expr::value(true))
                .filter(Column::RoomId.is_in(chunk.iter().copied()))
                .exec(db)
                .await?;
        }
        Ok(())
    }

    /// The same for all rooms whose messages went at `since` or later.
    pub async fn note_again_since<C: ConnectionTrait>(db: &C, since: i64) -> Result<(), DbErr> {
        Entity::update_many()
            .col_expr(Column::HasRemains, Expr::value(true))
            .filter(Column::ExpiredAt.gte(since))
            .exec(db)
            .await?;
        Ok(())
    }

    /// Keeps what was said in the room from going until the end of the transaction. `false` where it has gone.
    pub async fn hold<C: ConnectionTrait>(db: &C, room: Uuid) -> Result<bool, DbErr> {
        let row = Entity::find_by_id(room).lock_exclusive().one(db).await?;
        Ok(row.is_none_or(|row| row.expired_at.is_none()))
    }

    /// Removes what was said in the room: messages and their files, read positions, and the room's past. The room itself stays, without
    /// a last message. Does nothing, and says so, where the room was reported meanwhile.
    pub async fn carry_out<C: ConnectionTrait>(
        db: &C,
        room: Uuid,
        now: i64,
    ) -> Result<bool, DbErr> {
        // Whoever is filing a report holds the row: its statement below sees the report then.
        Entity::hold(db, room).await?;
        let expired = Entity::update_many()
            .col_expr(
                Column::ExpiredAt,
                Func::coalesce([Expr::col(Column::ExpiredAt), Expr::val(now)]).into(),
            )
            .col_expr(Column::HasRemains, Expr::value(false))
            .filter(Column::RoomId.eq(room))
            .filter(Column::RoomId.not_in_subquery(report::frozen_rooms()))
            .exec(db)
            .await?;
        if expired.rows_affected == 0 {
            return Ok(false);
        }
        message::Entity::delete_many()
            .filter(message::Column::RoomId.eq(room))
            .exec(db)
            .await?;
        read_position::Entity::delete_many()
            .filter(read_position::Column::RoomId.eq(room))
            .exec(db)
            .await?;
        file::Entity::remove_in_room(db, room, now).await?;
        room_event::Entity::forget(db, room).await?;
        room::Entity::recount_last_message(db, room).await?;
        Ok(true)
    }
}
