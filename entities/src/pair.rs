//! What two users are to each other, as projected from the pair's last event.

use std::collections::BTreeMap;

use sea_orm::ExprTrait;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{Condition, Iterable, QueryOrder};

use crate::{ROWS_PER_STATEMENT, later::is_later, life_rows::ShowsLife};

/// A pair, `low_user` being the one with the lower id.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "pairs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub low_user: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub high_user: Uuid,
    /// Sequence in the `LIFE` stream of the event that this row shows.
    pub life_seq: i64,
    /// The whole pair as its last event carried it.
    #[sea_orm(column_type = "JsonBinary")]
    pub document: Json,
    pub reveal_level: i32,
    pub kept: bool,
    pub last_met_at: Option<i64>,
    pub open_room: Option<Uuid>,
    pub blocked_by_low: bool,
    pub blocked_by_high: bool,
    pub liked_by_low: bool,
    pub liked_by_high: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl ShowsLife for Entity {
    const LIFE_SEQ: Column = Column::LifeSeq;
}

impl Model {
    /// The member who is not this user.
    pub fn peer_of(&self, user: Uuid) -> Uuid {
        if user == self.low_user {
            self.high_user
        } else {
            self.low_user
        }
    }
}

impl Entity {
    /// The pair of two users, in either order.
    pub fn between(one: Uuid, other: Uuid) -> Select<Entity> {
        Entity::find_by_id(if one < other {
            (one, other)
        } else {
            (other, one)
        })
    }

    /// All pairs that the user is part of, in the order of the pair's key, which is the order of the peers' ids.
    pub fn of(user: Uuid) -> Select<Entity> {
        Entity::find()
            .filter(
                Condition::any()
                    .add(Column::LowUser.eq(user))
                    .add(Column::HighUser.eq(user)),
            )
            .order_by_asc(Column::LowUser)
            .order_by_asc(Column::HighUser)
    }

    /// The pairs in which the user likes the other one and neither blocks, beginning with the peer after `after`.
    pub fn liked_by(user: Uuid, after: Option<Uuid>) -> Select<Entity> {
        Entity::with_peers_after(user, after)
            .filter(said_by(user, Column::LikedByLow, Column::LikedByHigh))
            .filter(Column::BlockedByLow.eq(false))
            .filter(Column::BlockedByHigh.eq(false))
    }

    /// The pairs in which the user blocks the other one, beginning with the peer after `after`.
    pub fn blocked_by(user: Uuid, after: Option<Uuid>) -> Select<Entity> {
        Entity::with_peers_after(user, after).filter(said_by(
            user,
            Column::BlockedByLow,
            Column::BlockedByHigh,
        ))
    }

    fn with_peers_after(user: Uuid, after: Option<Uuid>) -> Select<Entity> {
        let Some(after) = after else {
            return Entity::of(user);
        };
        Entity::of(user).filter(
            Condition::any()
                .add(Column::HighUser.eq(user).and(Column::LowUser.gt(after)))
                .add(Column::LowUser.eq(user).and(Column::HighUser.gt(after))),
        )
    }

    /// Writes pairs. A row that shows a later event already stays; of several for one pair the latest counts.
    pub async fn upsert<C: ConnectionTrait>(
        db: &C,
        pairs: impl IntoIterator<Item = Model>,
    ) -> Result<(), DbErr> {
        let replace_if_later = OnConflict::columns([Column::LowUser, Column::HighUser])
            .update_columns(
                Column::iter()
                    .filter(|column| !matches!(column, Column::LowUser | Column::HighUser)),
            )
            .action_and_where(is_later::<Entity>(Column::LifeSeq))
            .to_owned();
        for chunk in latest_by_key(pairs).chunks(ROWS_PER_STATEMENT) {
            let rows = chunk.iter().cloned().map(ActiveModel::from);
            Entity::insert_many(rows)
                .on_conflict(replace_if_later.clone())
                .exec_without_returning(db)
                .await?;
        }
        Ok(())
    }
}

fn said_by(user: Uuid, by_low: Column, by_high: Column) -> Condition {
    Condition::any()
        .add(Column::LowUser.eq(user).and(by_low.eq(true)))
        .add(Column::HighUser.eq(user).and(by_high.eq(true)))
}

/// Sorted by key: concurrent writers then take row locks in one order.
fn latest_by_key(pairs: impl IntoIterator<Item = Model>) -> Vec<Model> {
    let mut latest = BTreeMap::<(Uuid, Uuid), Model>::new();
    for pair in pairs {
        let key = (pair.low_user, pair.high_user);
        if latest
            .get(&key)
            .is_none_or(|known| known.life_seq < pair.life_seq)
        {
            latest.insert(key, pair);
        }
    }
    latest.into_values().collect()
}
