//! Accounts.

use std::collections::HashSet;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::LockType;
use sea_orm::{QueryOrder, QuerySelect};

use crate::{ROWS_PER_STATEMENT, avatar, deletion, matching_outcome, profile, session};

/// An account. A deleted one stays as a row without personal data, so that its id keeps its meaning.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// As typed at registration.
    pub username: String,
    /// What makes usernames equal: see [`username_key`]. Unique.
    #[sea_orm(unique)]
    pub username_key: String,
    pub password_hash: String,
    /// ISO 8601 date.
    pub date_of_birth: String,
    pub display_name: String,
    pub created_at: i64,
    pub deleted_at: Option<i64>,
    /// When the user has last reset what matching had learned of them: what was decided up to then is nobody's, however late it is
    /// stored.
    pub learned_reset_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The form in which two usernames are compared: case does not matter.
pub fn username_key(username: &str) -> String {
    username.to_lowercase()
}

impl Entity {
    /// All accounts that are not deleted.
    pub fn active() -> Select<Entity> {
        Entity::find().filter(Column::DeletedAt.is_null())
    }

    /// The account, unless it is deleted.
    pub fn find_active(id: Uuid) -> Select<Entity> {
        Entity::active().filter(Column::Id.eq(id))
    }

    /// The account that may sign in under this name, in any case.
    pub fn find_by_username(username: &str) -> Select<Entity> {
        Entity::active().filter(Column::UsernameKey.eq(username_key(username)))
    }

    /// Puts another hash in the place of the expected one. `false` where the password was changed meanwhile, or the account
    /// deleted.
    pub async fn change_password<C: ConnectionTrait>(
        db: &C,
        id: Uuid,
        expected_hash: &str,
        new_hash: &str,
    ) -> Result<bool, DbErr> {
        let changed = Entity::update_many()
            .col_expr(Column::PasswordHash, Expr::value(new_hash))
            .filter(Column::Id.eq(id))
            .filter(Column::PasswordHash.eq(expected_hash))
            .filter(Column::DeletedAt.is_null())
            .exec(db)
            .await?;
        Ok(changed.rows_affected == 1)
    }

    /// These accounts, deleted ones too: their peers still see that somebody was there.
    pub fn find_all(ids: &[Uuid]) -> Select<Entity> {
        Entity::find().filter(Column::Id.is_in(ids.iter().copied()))
    }

    /// Which of these users are deleted. In a transaction on PostgreSQL nobody else of them is deleted until its end:
    /// what it writes of them is there before their deletion, and found by it.
    pub async fn deleted_among<C: ConnectionTrait>(
        db: &C,
        users: &[Uuid],
    ) -> Result<HashSet<Uuid>, DbErr> {
        let mut deleted = HashSet::new();
        for chunk in users.chunks(ROWS_PER_STATEMENT) {
            let known: Vec<(Uuid, Option<i64>)> = Entity::find()
                .select_only()
                .columns([Column::Id, Column::DeletedAt])
                .filter(Column::Id.is_in(chunk.iter().copied()))
                .order_by_asc(Column::Id)
                .lock(LockType::KeyShare)
                .into_tuple()
                .all(db)
                .await?;
            let gone = known.into_iter().filter(|(_, at)| at.is_some());
            deleted.extend(gone.map(|(id, _)| id));
        }
        Ok(deleted)
    }

    /// The users who were deleted at `since` or later.
    pub async fn deleted_since<C: ConnectionTrait>(db: &C, since: i64) -> Result<Vec<Uuid>, DbErr> {
        Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::DeletedAt.gte(since))
            .into_tuple()
            .all(db)
            .await
    }

    /// Whether the account is there and not deleted. In a transaction it is not deleted before its end.
    pub async fn hold_active<C: ConnectionTrait>(db: &C, id: Uuid) -> Result<bool, DbErr> {
        let held = Entity::find_active(id)
            .lock(LockType::KeyShare)
            .one(db)
            .await?;
        Ok(held.is_some())
    }

    /// The same, and whoever else holds it so waits: what is counted of the user does not change before the transaction's end.
    pub async fn hold_active_alone<C: ConnectionTrait>(db: &C, id: Uuid) -> Result<bool, DbErr> {
        let held = Entity::find_active(id)
            .lock(LockType::NoKeyUpdate)
            .one(db)
            .await?;
        Ok(held.is_some())
    }

    /// Notes that the user resets what matching has learned. On PostgreSQL it waits for whoever stores something of the user, and they for the
    /// transaction's end: what they store is there before it, or after it.
    pub async fn note_reset<C: ConnectionTrait>(db: &C, id: Uuid, at: i64) -> Result<(), DbErr> {
        let held = Entity::find_active(id).lock_exclusive().one(db).await?;
        if held.is_some() {
            Entity::update_many()
                .col_expr(Column::LearnedResetAt, Expr::value(at))
                .filter(Column::Id.eq(id))
                .exec(db)
                .await?;
        }
        Ok(())
    }

    /// Deletes the account: its personal data, its profile, its sessions and what matching has learned of it go, and what is
    /// elsewhere is noted to go.
    /// `false` where there is no such account any more. Call it in a transaction.
    pub async fn erase<C: ConnectionTrait>(db: &C, id: Uuid, now: i64) -> Result<bool, DbErr> {
        let nothing = || Expr::value("");
        let erased = Entity::update_many()
            .col_expr(Column::Username, nothing())
            // Unique, and no username has a colon: the name is free again.
            .col_expr(Column::UsernameKey, Expr::value(format!("deleted:{id}")))
            .col_expr(Column::PasswordHash, nothing())
            .col_expr(Column::DateOfBirth, nothing())
            .col_expr(Column::DisplayName, nothing())
            .col_expr(Column::LearnedResetAt, Expr::value(None::<i64>))
            .col_expr(Column::DeletedAt, Expr::value(now))
            .filter(Column::Id.eq(id))
            .filter(Column::DeletedAt.is_null())
            .exec(db)
            .await?;
        if erased.rows_affected == 0 {
            return Ok(false);
        }
        profile::Entity::delete_by_id(id).exec(db).await?;
        session::Entity::delete_many()
            .filter(session::Column::UserId.eq(id))
            .exec(db)
            .await?;
        matching_outcome::Entity::forget(db, id).await?;
        avatar::Entity::erase(db, id, now).await?;
        deletion::Entity::note(db, [id]).await?;
        Ok(true)
    }
}
