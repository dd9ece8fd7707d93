//! Signed-in devices: one row for each chain of refresh tokens.

use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};

/// A session. Only hashes of its refresh tokens are kept.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Uuid,
    /// Of the token that may be used next.
    #[sea_orm(unique)]
    pub current_hash: String,
    /// Of the token before it, which a short grace still accepts.
    pub previous_hash: Option<String>,
    pub rotated_at: i64,
    pub created_at: i64,
    pub last_used_at: i64,
    pub expires_at: i64,
    pub user_agent: Option<String>,
    pub ended_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The session, unless it has ended or expired at `now`.
    pub fn find_active(id: Uuid, now: i64) -> Select<Entity> {
        Entity::active(now).filter(Column::Id.eq(id))
    }

    /// The user's open sessions, newest first, beginning with the one after `before`.
    pub fn active_of(user: Uuid, now: i64, before: Option<Uuid>) -> Select<Entity> {
        let mut page = Entity::active(now).filter(Column::UserId.eq(user));
        if let Some(before) = before {
            page = page.filter(Column::Id.lt(before));
        }
        page.order_by_desc(Column::Id)
    }

    /// The user's session, open or not.
    pub fn of(user: Uuid, id: Uuid) -> Select<Entity> {
        Entity::find_by_id(id).filter(Column::UserId.eq(user))
    }

    /// The sessions that were ended at `since` or later, each with the time.
    pub async fn ended_since<C: ConnectionTrait>(
        db: &C,
        since: i64,
    ) -> Result<Vec<(Uuid, i64)>, DbErr> {
        Entity::find()
            .select_only()
            .column(Column::Id)
            .column(Column::EndedAt)
            .filter(Column::EndedAt.gte(since))
            .into_tuple()
            .all(db)
            .await
    }

    fn active(now: i64) -> Select<Entity> {
        Entity::find()
            .filter(Column::EndedAt.is_null())
            .filter(Column::ExpiresAt.gt(now))
    }

    /// Replaces the session's token if its hash is still the expected one. Of two that try at once, one gets `true`.
    pub async fn rotate<C: ConnectionTrait>(
        db: &C,
        id: Uuid,
        expected_current_hash: &str,
        new_hash: &str,
        now: i64,
    ) -> Result<bool, DbErr> {
        let result = Entity::update_many()
            .col_expr(Column::PreviousHash, Expr::col(Column::CurrentHash))
            .col_expr(Column::CurrentHash, Expr::value(new_hash))
            .col_expr(Column::RotatedAt, Expr::value(now))
            .col_expr(Column::LastUsedAt, Expr::value(now))
            .filter(Column::Id.eq(id))
            .filter(Column::CurrentHash.eq(expected_current_hash))
            .filter(Column::EndedAt.is_null())
            .filter(Column::ExpiresAt.gt(now))
            .exec(db)
            .await?;
        Ok(result.rows_affected == 1)
    }

    /// Ends the user's session; `false` if it is not theirs or had ended before.
    pub async fn end<C: ConnectionTrait>(
        db: &C,
        user: Uuid,
        id: Uuid,
        now: i64,
    ) -> Result<bool, DbErr> {
        let result = Entity::update_many()
            .col_expr(Column::EndedAt, Expr::value(now))
            .filter(Column::Id.eq(id))
            .filter(Column::UserId.eq(user))
            .filter(Column::EndedAt.is_null())
            .exec(db)
            .await?;
        Ok(result.rows_affected == 1)
    }

    /// Ends all sessions of the user but the one to keep, and gives the ids of those it ended.
    /// Expired ones count as ended, not as ended by this. Call it inside a transaction.
    pub async fn end_all<C: ConnectionTrait>(
        db: &C,
        user: Uuid,
        keep: Option<Uuid>,
        now: i64,
    ) -> Result<Vec<Uuid>, DbErr> {
        let mut open = Entity::active(now).filter(Column::UserId.eq(user));
        if let Some(keep) = keep {
            open = open.filter(Column::Id.ne(keep));
        }
        let ids: Vec<Uuid> = open
            .order_by_asc(Column::Id)
            .lock_exclusive()
            .select_only()
            .column(Column::Id)
            .into_tuple()
            .all(db)
            .await?;
        Entity::update_many()
            .col_expr(Column::EndedAt, Expr::value(now))
            .filter(Column::Id.is_in(ids.iter().copied()))
            .exec(db)
            .await?;
        Ok(ids)
    }
}
