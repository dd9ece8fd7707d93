//! The rows that show an event of the `LIFE` stream each: rooms and pairs. Events share no sequence.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::{pair, room};

/// A table whose rows show an event of `LIFE` each.
pub trait ShowsLife: EntityTrait {
    /// The sequence of the event that a row shows.
    const LIFE_SEQ: Self::Column;
}

/// The highest sequence that any row shows; 0 where there is none.
pub async fn highest_seq<C: ConnectionTrait>(db: &C) -> Result<i64, DbErr> {
    Ok(highest_of::<room::Entity, C>(db)
        .await?
        .max(highest_of::<pair::Entity, C>(db).await?))
}

async fn highest_of<E: ShowsLife, C: ConnectionTrait>(db: &C) -> Result<i64, DbErr> {
    let highest = E::find()
        .select_only()
        .expr(E::LIFE_SEQ.max())
        .into_tuple::<Option<i64>>()
        .one(db)
        .await?;
    Ok(highest.flatten().unwrap_or(0))
}

/// The rows of the earliest events from a sequence on, ascending: the last one says where to go on.
pub async fn from<E: ShowsLife, C: ConnectionTrait>(
    db: &C,
    first_seq: i64,
    limit: u64,
) -> Result<Vec<E::Model>, DbErr> {
    E::find()
        .filter(E::LIFE_SEQ.gte(first_seq))
        .order_by_asc(E::LIFE_SEQ)
        .limit(limit)
        .all(db)
        .await
}

/// The rows of the latest events up to a sequence, the latest first.
pub async fn up_to<E: ShowsLife, C: ConnectionTrait>(
    db: &C,
    last_seq: i64,
    limit: u64,
) -> Result<Vec<E::Model>, DbErr> {
    E::find()
        .filter(E::LIFE_SEQ.lte(last_seq))
        .order_by_desc(E::LIFE_SEQ)
        .limit(limit)
        .all(db)
        .await
}
