//! Avatars. Their pictures are in the storage, under their versions: a row is written before its objects and goes after them.
//!
//! begun → shown → removed. What was begun and never shown is removed after a while; what is removed nobody sees any more,
//! and its row is the note that its objects have to go; once no open report holds it.

use std::collections::HashSet;

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, Condition, QueryOrder, QuerySelect};

use crate::{
    among,
    removal::{Place, Removal},
    report,
};

/// A version of a user's avatar.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "avatars")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: Uuid,
    pub user_id: Uuid,
    pub begun_at: i64,
    /// Since when its pictures are there.
    pub shown_at: Option<i64>,
    /// Since when nobody sees it any more.
    pub removed_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Removal for Entity {
    const KEY: Column = Column::Version;
    const REMOVED_AT: Column = Column::RemovedAt;

    fn place(row: &Model) -> Option<Place> {
        row.removed_at.map(|removed_at| (removed_at, row.version))
    }

    fn may_go() -> Condition {
        Condition::all()
            .add(Column::RemovedAt.is_not_null())
            .add(is_free())
    }
}

impl Entity {
    /// The avatar that is seen of the user, the newest where two were shown at the same time.
    pub fn shown_of(user: Uuid) -> Select<Entity> {
        Entity::find()
            .filter(shown_of(user))
            .filter(Column::RemovedAt.is_null())
            .order_by_desc(Column::Version)
            .limit(1)
    }

    /// The version that is seen of the user.
    pub async fn version_of<C: ConnectionTrait>(db: &C, user: Uuid) -> Result<Option<Uuid>, DbErr> {
        let shown = Entity::shown_of(user).one(db).await?;
        Ok(shown.map(|row| row.version))
    }

    /// Writes a version of which no picture is stored yet.
    pub async fn begin<C: ConnectionTrait>(
        db: &C,
        version: Uuid,
        user: Uuid,
        now: i64,
    ) -> Result<(), DbErr> {
        let begun = ActiveModel {
            version: Set(version),
            user_id: Set(user),
            begun_at: Set(now),
            shown_at: Set(None),
            removed_at: Set(None),
        };
        Entity::insert(begun).exec_without_returning(db).await?;
        Ok(())
    }

    /// Shows a version whose pictures are stored in the place of any other. `false` where it was removed meanwhile; then
    /// nothing changes. Call it in a transaction.
    pub async fn show<C: ConnectionTrait>(
        db: &C,
        version: Uuid,
        user: Uuid,
        now: i64,
    ) -> Result<bool, DbErr> {
        let shown = Entity::update_many()
            .col_expr(Column::ShownAt, Expr::value(now))
            .filter(Column::Version.eq(version))
            .filter(Column::RemovedAt.is_null())
            .exec(db)
            .await?;
        if shown.rows_affected == 0 {
            return Ok(false);
        }
        let others = shown_of(user).add(Column::Version.ne(version));
        Entity::remove(db, others, now).await?;
        Ok(true)
    }

    /// Removes what is shown of the user. `false` where nothing was.
    pub async fn hide<C: ConnectionTrait>(db: &C, user: Uuid, now: i64) -> Result<bool, DbErr> {
        Ok(Entity::remove(db, shown_of(user), now).await? > 0)
    }

    /// Removes all of a deleted user, also what is only begun. Says how many rows there still are, but for those that an open
    /// report holds.
    pub async fn erase<C: ConnectionTrait>(db: &C, user: Uuid, now: i64) -> Result<u64, DbErr> {
        Entity::remove(db, of(user), now).await?;
        let left = of(user).add(is_free());
        Entity::find().filter(left).count(db).await
    }

    /// Which of these versions have a row.
    pub async fn known_among<C: ConnectionTrait>(
        db: &C,
        versions: &[Uuid],
    ) -> Result<HashSet<Uuid>, DbErr> {
        among::known::<Entity>(db, Column::Version, versions).await
    }

    /// Removes what was begun before `until` and never shown.
    pub async fn remove_unfinished<C: ConnectionTrait>(
        db: &C,
        until: i64,
        now: i64,
    ) -> Result<u64, DbErr> {
        let unfinished = Condition::all()
            .add(Column::ShownAt.is_null())
            .add(Column::BegunAt.lt(until));
        Entity::remove(db, unfinished, now).await
    }
}

fn shown_of(user: Uuid) -> Condition {
    of(user).add(Column::ShownAt.is_not_null())
}

/// What no open report holds.
fn is_free() -> Expr {
    Column::Version.not_in_subquery(report::frozen_avatars())
}

fn of(user: Uuid) -> Condition {
    Condition::all().add(Column::UserId.eq(user))
}
