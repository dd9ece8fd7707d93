//! What the members of decided rooms decided about each other: the source of the matching model.

mod taking_back;

use std::collections::{HashMap, HashSet};

use domain::{Timestamp, matching::model::OwnOutcome};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{Condition, QueryOrder, QuerySelect};

use crate::{ROWS_PER_STATEMENT, among};

/// A matched room that both have decided by their votes. Where a member was deleted, there is no row any more; where one
/// has reset what was learned, an id of nobody stands in that member's place.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "matching_outcomes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub room_id: Uuid,
    /// Sequence of the outcome in the `LIFE` stream.
    pub seq: i64,
    pub low_user: Uuid,
    pub high_user: Uuid,
    pub low_keeps: bool,
    pub high_keeps: bool,
    /// The room's time had run out: who said no does not know what the other one answered.
    pub ran_out: bool,
    /// What the model read of the member, as the profile was when the outcome was stored; nothing of an unknown account.
    #[sea_orm(column_type = "JsonBinary")]
    pub low_features: Option<Json>,
    #[sea_orm(column_type = "JsonBinary")]
    pub high_features: Option<Json>,
    /// The score that the two were told, by both profiles alone.
    pub score: f64,
    pub decided_at: i64,
    /// What became of it in the model: [`LEARNED`], or why nothing was learned; nothing yet.
    pub fate: Option<String>,
}

/// The model has learned it.
pub const LEARNED: &str = "learned";

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Stores outcomes. A room has one: what is stored already stays as it is. Says how many were new.
    pub async fn record<C: ConnectionTrait>(
        db: &C,
        mut outcomes: Vec<Model>,
    ) -> Result<u64, DbErr> {
        outcomes.sort_by_key(|outcome| (outcome.room_id, outcome.seq));
        outcomes.dedup_by_key(|outcome| outcome.room_id);
        let ignore = OnConflict::column(Column::RoomId).do_nothing().to_owned();
        let mut new = 0;
        for chunk in outcomes.chunks(ROWS_PER_STATEMENT) {
            let rows = chunk.iter().cloned().map(ActiveModel::from);
            new += Entity::insert_many(rows)
                .on_conflict(ignore.clone())
                .exec_without_returning(db)
                .await?;
        }
        Ok(new)
    }

    /// Those that nobody has looked at yet, up to a sequence, in their order.
    pub async fn pending<C: ConnectionTrait>(
        db: &C,
        until: i64,
        limit: u64,
    ) -> Result<Vec<Model>, DbErr> {
        Entity::find()
            .filter(Column::Fate.is_null())
            .filter(Column::Seq.lte(until))
            .order_by_asc(Column::Seq)
            .limit(limit)
            .all(db)
            .await
    }

    /// Those that the model has learned after a sequence and up to another one, in their order.
    pub async fn learned_between<C: ConnectionTrait>(
        db: &C,
        after: i64,
        until: i64,
    ) -> Result<Vec<Model>, DbErr> {
        Entity::find()
            .filter(Column::Fate.eq(LEARNED))
            .filter(Column::Seq.gt(after))
            .filter(Column::Seq.lte(until))
            .order_by_asc(Column::Seq)
            .all(db)
            .await
    }

    /// What the model has learned of a user's decisions, as the user sees it, in their order; and when each was decided.
    pub async fn seen_by<C: ConnectionTrait>(
        db: &C,
        user: Uuid,
    ) -> Result<Vec<(OwnOutcome, Timestamp)>, DbErr> {
        let rows = Entity::find()
            .select_only()
            .columns([
                Column::LowUser,
                Column::LowKeeps,
                Column::HighKeeps,
                Column::RanOut,
                Column::DecidedAt,
            ])
            .filter(Column::Fate.eq(LEARNED))
            .filter(is_of(user))
            .order_by_asc(Column::Seq)
            .into_tuple::<(Uuid, bool, bool, bool, i64)>()
            .all(db)
            .await?;
        let seen = rows
            .into_iter()
            .map(|(low, low_keeps, high_keeps, ran_out, at)| {
                let [mine, theirs] = match low == user {
                    true => [low_keeps, high_keeps],
                    false => [high_keeps, low_keeps],
                };
                (OwnOutcome::seen(mine, theirs, ran_out), Timestamp(at))
            });
        Ok(seen.collect())
    }

    /// The rows of these rooms; of some there is none.
    pub async fn of_rooms<C: ConnectionTrait>(db: &C, rooms: &[Uuid]) -> Result<Vec<Model>, DbErr> {
        among::rows::<Entity>(db, Column::RoomId, rooms).await
    }

    /// The rooms of those, from a sequence up to another one, that the model has not learned.
    pub async fn unlearned<C: ConnectionTrait>(
        db: &C,
        from: i64,
        until: i64,
    ) -> Result<Vec<Uuid>, DbErr> {
        let is_unlearned = Condition::any()
            .add(Column::Fate.is_null())
            .add(Column::Fate.ne(LEARNED));
        Entity::find()
            .select_only()
            .column(Column::RoomId)
            .filter(Column::Seq.between(from, until))
            .filter(is_unlearned)
            .into_tuple()
            .all(db)
            .await
    }

    /// The sequence of the `nth` outcome (from 1) that the model has learned after a sequence.
    pub async fn nth_learned_after<C: ConnectionTrait>(
        db: &C,
        after: i64,
        nth: u64,
    ) -> Result<Option<i64>, DbErr> {
        Entity::find()
            .select_only()
            .column(Column::Seq)
            .filter(Column::Fate.eq(LEARNED))
            .filter(Column::Seq.gt(after))
            .order_by_asc(Column::Seq)
            .offset(nth.saturating_sub(1))
            .limit(1)
            .into_tuple()
            .one(db)
            .await
    }

    /// Everybody who has decided something up to a sequence.
    pub async fn members_until<C: ConnectionTrait>(
        db: &C,
        until: i64,
    ) -> Result<HashSet<Uuid>, DbErr> {
        let mut members = HashSet::new();
        for column in [Column::LowUser, Column::HighUser] {
            let found = Entity::find()
                .select_only()
                .column(column)
                .distinct()
                .filter(Column::Seq.lte(until))
                .into_tuple::<Uuid>();
            members.extend(found.all(db).await?);
        }
        Ok(members)
    }

    /// The newest below a sequence, from the newest down.
    pub async fn newest<C: ConnectionTrait>(
        db: &C,
        before: i64,
        limit: u64,
    ) -> Result<Vec<Model>, DbErr> {
        Entity::find()
            .filter(Column::Seq.lt(before))
            .order_by_desc(Column::Seq)
            .limit(limit)
            .all(db)
            .await
    }

    /// Says what became of outcomes.
    pub async fn settle<C: ConnectionTrait>(
        db: &C,
        fates: impl IntoIterator<Item = (Uuid, &'static str)>,
    ) -> Result<(), DbErr> {
        let mut by_fate = HashMap::<&str, Vec<Uuid>>::new();
        for (room, fate) in fates {
            by_fate.entry(fate).or_default().push(room);
        }
        for (fate, rooms) in by_fate {
            for chunk in rooms.chunks(ROWS_PER_STATEMENT) {
                Entity::update_many()
                    .col_expr(Column::Fate, Expr::value(fate))
                    .filter(Column::RoomId.is_in(chunk.iter().copied()))
                    .exec(db)
                    .await?;
            }
        }
        Ok(())
    }
}

/// Whether an id stands in the place of somebody who has reset what was learned. Accounts have ids of version 7.
pub fn is_nobody(user: Uuid) -> bool {
    user.get_version_num() == 4
}

fn is_of(user: Uuid) -> Condition {
    Condition::any()
        .add(Column::LowUser.eq(user))
        .add(Column::HighUser.eq(user))
}
