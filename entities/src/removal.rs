//! Rows that stand for objects in the storage. Such a row is marked as removed, and nobody can have what it stands for from then
//! on; then its objects go; the row is the last.

use sea_orm::prelude::*;
use sea_orm::{Condition, QueryOrder, QuerySelect};

/// Where a removed row is in the order in which they go.
pub type Place = (i64, Uuid);

/// A table of such rows.
pub trait Removal: EntityTrait {
    /// What names a row.
    const KEY: Self::Column;
    /// Since when nobody can have it any more.
    const REMOVED_AT: Self::Column;

    /// The row's place, where it is removed.
    fn place(row: &Self::Model) -> Option<Place>;

    /// What is removed and nothing holds any more.
    fn may_go() -> Condition {
        Condition::all().add(Self::REMOVED_AT.is_not_null())
    }

    /// Rows whose objects have to go, the longest removed first; only those behind this place.
    fn removed<C: ConnectionTrait>(
        db: &C,
        behind: Option<Place>,
        limit: u64,
    ) -> impl Future<Output = Result<Vec<Self::Model>, DbErr>> + Send {
        let behind = behind.map(|(removed_at, key)| {
            let at_once = Condition::all()
                .add(Self::REMOVED_AT.eq(removed_at))
                .add(Self::KEY.gt(key));
            Condition::any()
                .add(Self::REMOVED_AT.gt(removed_at))
                .add(at_once)
        });
        Self::find()
            .filter(Self::may_go().add_option(behind))
            .order_by_asc(Self::REMOVED_AT)
            .order_by_asc(Self::KEY)
            .limit(limit)
            .all(db)
    }

    /// Forgets a removed row whose objects are gone. One that is not removed, or held, stays.
    fn forget<C: ConnectionTrait>(
        db: &C,
        key: Uuid,
    ) -> impl Future<Output = Result<(), DbErr>> + Send {
        async move {
            Self::delete_many()
                .filter(Self::KEY.eq(key))
                .filter(Self::may_go())
                .exec(db)
                .await?;
            Ok(())
        }
    }

    /// Marks those of these rows as removed that are not yet. Says how many.
    fn remove<C: ConnectionTrait>(
        db: &C,
        which: Condition,
        now: i64,
    ) -> impl Future<Output = Result<u64, DbErr>> + Send {
        async move {
            let removed = Self::update_many()
                .col_expr(Self::REMOVED_AT, Expr::value(now))
                .filter(which)
                .filter(Self::REMOVED_AT.is_null())
                .exec(db)
                .await?;
            Ok(removed.rows_affected)
        }
    }
}
