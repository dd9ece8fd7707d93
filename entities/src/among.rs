//! What is known of many keys at once, in as many statements as it takes.

use std::collections::HashSet;

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, prelude::*};

use crate::ROWS_PER_STATEMENT;

/// Which of these keys have a row.
pub(crate) async fn known<E: EntityTrait>(
    db: &impl ConnectionTrait,
    key: E::Column,
    keys: &[Uuid],
) -> Result<HashSet<Uuid>, DbErr> {
    let mut known = HashSet::with_capacity(keys.len());
    for chunk in keys.chunks(ROWS_PER_STATEMENT) {
        let found = E::find()
            .select_only()
            .column(key)
            .filter(key.is_in(chunk.iter().copied()))
            .into_tuple::<Uuid>();
        known.extend(found.all(db).await?);
    }
    Ok(known)
}

/// The rows of these keys; of some there is none.
pub(crate) async fn rows<E: EntityTrait>(
    db: &impl ConnectionTrait,
    key: E::Column,
    keys: &[Uuid],
) -> Result<Vec<E::Model>, DbErr> {
    let mut rows = Vec::with_capacity(keys.len());
    for chunk in keys.chunks(ROWS_PER_STATEMENT) {
        let found = E::find().filter(key.is_in(chunk.iter().copied()));
        rows.extend(found.all(db).await?);
    }
    Ok(rows)
}
