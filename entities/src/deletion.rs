//! Deleted users of whom something may still be in the streams, the dead letters or SQL.
//!
//! That a user is deleted, `users.deleted_at` says for good. A row here is the work that is left; it goes last.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, Condition, QueryOrder, QuerySelect};

use crate::{
    ROWS_PER_STATEMENT, matching_outcome, message, pair, profile, read_position, report, room,
    room_event, session,
};

/// A deleted user with work left.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "deletions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: Uuid,
    /// Grows with each note, so that whoever has finished an earlier one does not take a newer one for done.
    pub times_noted: i64,
    /// Whether all that is left is held by an open report.
    pub held: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Notes that something of these deleted users may be left.
    pub async fn note<C: ConnectionTrait>(
        db: &C,
        users: impl IntoIterator<Item = Uuid>,
    ) -> Result<(), DbErr> {
        let mut users: Vec<Uuid> = users.into_iter().collect();
        users.sort_unstable();
        users.dedup();
        let again = OnConflict::column(Column::UserId)
            .value(
                Column::TimesNoted,
                Expr::col((Entity, Column::TimesNoted)).add(1_i64),
            )
            .value(Column::Held, Expr::val(false))
            .to_owned();
        for chunk in users.chunks(ROWS_PER_STATEMENT) {
            let rows = chunk.iter().map(|user| ActiveModel {
                user_id: Set(*user),
                times_noted: Set(1),
                held: Set(false),
            });
            Entity::insert_many(rows)
                .on_conflict(again.clone())
                .exec_without_returning(db)
                .await?;
        }
        Ok(())
    }

    /// Deleted users with work to be done now: not those of whom only an open report holds something.
    pub async fn due<C: ConnectionTrait>(db: &C, limit: u64) -> Result<Vec<Model>, DbErr> {
        let is_free = Condition::any()
            .add(Column::Held.eq(false))
            .add(Column::UserId.not_in_subquery(report::held_users()));
        Entity::find()
            .filter(is_free)
            .order_by_asc(Column::UserId)
            .limit(limit)
            .all(db)
            .await
    }

    /// Nothing is left, or only what an open report holds; unless it was noted again meanwhile.
    pub async fn done<C: ConnectionTrait>(db: &C, note: &Model, held: bool) -> Result<(), DbErr> {
        let same = Condition::all()
            .add(Column::UserId.eq(note.user_id))
            .add(Column::TimesNoted.eq(note.times_noted));
        if held {
            Entity::update_many()
                .col_expr(Column::Held, Expr::value(true))
                .filter(same)
                .exec(db)
                .await?;
        } else {
            Entity::delete_many().filter(same).exec(db).await?;
        }
        Ok(())
    }

    /// Removes what SQL has of the user outside of rooms. Says how many rows changed.
    pub async fn erase_account<C: ConnectionTrait>(db: &C, user: Uuid) -> Result<u64, DbErr> {
        let profile = profile::Entity::delete_by_id(user).exec(db).await?;
        let sessions = session::Entity::delete_many()
            .filter(session::Column::UserId.eq(user))
            .exec(db)
            .await?;
        let pairs = pair::Entity::delete_many()
            .filter(
                Condition::any()
                    .add(pair::Column::LowUser.eq(user))
                    .add(pair::Column::HighUser.eq(user)),
            )
            .exec(db)
            .await?;
        let positions = read_position::Entity::delete_many()
            .filter(read_position::Column::UserId.eq(user))
            .exec(db)
            .await?;
        let removed = [profile, sessions, pairs, positions];
        let removed: u64 = removed.iter().map(|result| result.rows_affected).sum();
        let learned = matching_outcome::Entity::forget(db, user).await?;
        Ok(removed + learned + report::Entity::forget(db, user).await?)
    }

    /// Removes what the user said in a room, and the room's past. Says how many rows changed.
    pub async fn erase_in_room<C: ConnectionTrait>(
        db: &C,
        user: Uuid,
        room: Uuid,
    ) -> Result<u64, DbErr> {
        let said = message::Entity::delete_many()
            .filter(message::Column::RoomId.eq(room))
            .filter(message::Column::SenderId.eq(user))
            .exec(db)
            .await?
            .rows_affected;
        let past = room_event::Entity::forget(db, room).await?;
        if said > 0 {
            room::Entity::recount_last_message(db, room).await?;
        }
        Ok(said + past)
    }
}
