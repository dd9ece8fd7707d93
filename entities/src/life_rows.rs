//! The rows that show an event of the `LIFE` stream each: rooms and pairs. Events share no sequence.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    prelude::Uuid,
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

/// The sequence of the event that a room's row shows; `None` where there is no row.
pub async fn seq_of_room<C: ConnectionTrait>(db: &C, id: Uuid) -> Result<Option<i64>, DbErr> {
    seq_of(room::Entity::find_by_id(id), db).await
}

/// The sequence of the event that the row of two people shows; `None` where there is no row.
pub async fn seq_of_pair<C: ConnectionTrait>(
    db: &C,
    one: Uuid,
    other: Uuid,
) -> Result<Option<i64>, DbErr> {
    seq_of(pair::Entity::between(one, other), db).await
}

async fn seq_of<E: ShowsLife, C: ConnectionTrait>(
    row: Select<E>,
    db: &C,
) -> Result<Option<i64>, DbErr> {
    row.select_only()
        .column(E::LIFE_SEQ)
        .into_tuple()
        .one(db)
        .await
}
