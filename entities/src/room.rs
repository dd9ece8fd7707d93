//! Rooms, as projected from their last event.

use std::collections::{BTreeMap, HashSet};

use sea_orm::ExprTrait;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Func, OnConflict, Query, SelectStatement};
use sea_orm::{Condition, Iterable, JoinType, Order, QueryOrder, QuerySelect};

use crate::{
    ROWS_PER_STATEMENT, among, later::is_later, life_rows::ShowsLife, message, room_member,
};

/// A room between two users, `low_user` being the one with the lower id.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "rooms")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub low_user: Uuid,
    pub high_user: Uuid,
    pub state: String,
    pub kept: bool,
    pub reason: Option<String>,
    pub revision: i64,
    /// Sequence in the `LIFE` stream of the event that this row shows.
    pub life_seq: i64,
    pub created_at: i64,
    pub ends_at: Option<i64>,
    /// The whole room as its last event carried it.
    #[sea_orm(column_type = "JsonBinary")]
    pub document: Json,
    /// Sequence of the newest message; 0 where there is none. Kept by [`Entity::refresh_last_message`].
    pub last_message_seq: i64,
    pub last_message_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(has_many = "room_member::Entity")]
    Member,
}

impl Related<room_member::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Member.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}

impl ShowsLife for Entity {
    const LIFE_SEQ: Column = Column::LifeSeq;
}

impl Entity {
    /// Rooms in which the user is a member. Add an id: for the whole list, [`Entity::page_of`] is the quick way.
    pub fn visible_to(user: Uuid) -> Select<Entity> {
        Entity::find().filter(
            Condition::any()
                .add(Column::LowUser.eq(user))
                .add(Column::HighUser.eq(user)),
        )
    }

    /// The user's rooms, newest first, beginning with the one after `before`.
    pub fn page_of(user: Uuid, before: Option<Uuid>, limit: u64) -> Select<Entity> {
        let mut page = Entity::find()
            .join(JoinType::InnerJoin, Relation::Member.def())
            .filter(room_member::Column::UserId.eq(user));
        if let Some(before) = before {
            page = page.filter(room_member::Column::RoomId.lt(before));
        }
        page.order_by_desc(room_member::Column::RoomId).limit(limit)
    }

    /// These rooms, as far as they are there.
    pub async fn among<C: ConnectionTrait>(db: &C, rooms: &[Uuid]) -> Result<Vec<Model>, DbErr> {
        among::rows::<Entity>(db, Column::Id, rooms).await
    }

    /// Which of these rooms there are.
    pub async fn known_among<C: ConnectionTrait>(
        db: &C,
        rooms: &[Uuid],
    ) -> Result<HashSet<Uuid>, DbErr> {
        among::known::<Entity>(db, Column::Id, rooms).await
    }

    /// Writes rooms and their members. A row that shows a later event already stays, so late and repeated events do
    /// no harm; of several for one room the latest counts. The `last_message` columns of the models are ignored:
    /// they always come from the messages.
    pub async fn upsert<C: ConnectionTrait>(
        db: &C,
        rooms: impl IntoIterator<Item = Model>,
    ) -> Result<(), DbErr> {
        let latest = latest_by_id(rooms);
        for chunk in latest.chunks(ROWS_PER_STATEMENT) {
            let rows = chunk.iter().cloned().map(ActiveModel::from);
            Entity::insert_many(rows)
                .on_conflict(replace_if_later())
                .exec_without_returning(db)
                .await?;
            room_member::Entity::add(db, chunk.iter().flat_map(room_member::of_room)).await?;
            let ids: Vec<Uuid> = chunk.iter().map(|room| room.id).collect();
            Entity::refresh_last_message(db, &ids).await?;
        }
        Ok(())
    }

    /// Brings the `last_message` columns of these rooms up to the messages that the database has. They only ever
    /// move forward. Rooms that are not projected yet are skipped: [`Entity::upsert`] catches up for them.
    pub async fn refresh_last_message<C: ConnectionTrait>(
        db: &C,
        rooms: &[Uuid],
    ) -> Result<(), DbErr> {
        for chunk in rooms.chunks(ROWS_PER_STATEMENT) {
            // Two projections lock rows in the same order, so that PostgreSQL finds no deadlock.
            let locked: Vec<Uuid> = Entity::find()
                .select_only()
                .column(Column::Id)
                .filter(Column::Id.is_in(chunk.iter().copied()))
                .order_by_asc(Column::Id)
                .lock_exclusive()
                .into_tuple()
                .all(db)
                .await?;
            Entity::update_many()
                .col_expr(Column::LastMessageSeq, newest(message::Column::Seq).into())
                .col_expr(
                    Column::LastMessageAt,
                    newest(message::Column::SentAt).into(),
                )
                .filter(Column::Id.is_in(locked))
                .filter(Expr::exists(newer_than_shown()))
                .exec(db)
                .await?;
        }
        Ok(())
    }

    /// Sets the `last_message` columns of a room to what is left after messages of it were removed.
    pub async fn recount_last_message<C: ConnectionTrait>(db: &C, room: Uuid) -> Result<(), DbErr> {
        Entity::update_many()
            .col_expr(
                Column::LastMessageSeq,
                Func::coalesce([newest(message::Column::Seq).into(), Expr::val(0_i64)]).into(),
            )
            .col_expr(
                Column::LastMessageAt,
                newest(message::Column::SentAt).into(),
            )
            .filter(Column::Id.eq(room))
            .exec(db)
            .await?;
        Ok(())
    }

    /// Replaces the document of a row that still shows the event at `life_seq`.
    pub async fn replace_document<C: ConnectionTrait>(
        db: &C,
        room: Uuid,
        life_seq: i64,
        document: Json,
    ) -> Result<(), DbErr> {
        Entity::update_many()
            .col_expr(Column::Document, Expr::value(document))
            .filter(Column::Id.eq(room))
            .filter(Column::LifeSeq.eq(life_seq))
            .exec(db)
            .await?;
        Ok(())
    }
}

/// Sorted by id: concurrent writers then take row locks in one order.
fn latest_by_id(rooms: impl IntoIterator<Item = Model>) -> Vec<Model> {
    let mut latest = BTreeMap::<Uuid, Model>::new();
    for mut room in rooms {
        room.last_message_seq = 0;
        room.last_message_at = None;
        if latest
            .get(&room.id)
            .is_none_or(|known| known.life_seq < room.life_seq)
        {
            latest.insert(room.id, room);
        }
    }
    latest.into_values().collect()
}

fn replace_if_later() -> OnConflict {
    let kept_columns = |column: &Column| {
        matches!(
            column,
            Column::Id | Column::CreatedAt | Column::LastMessageSeq | Column::LastMessageAt
        )
    };
    OnConflict::column(Column::Id)
        .update_columns(Column::iter().filter(|column| !kept_columns(column)))
        .action_and_where(is_later::<Entity>(Column::LifeSeq))
        .to_owned()
}

fn messages_of_the_row() -> SelectStatement {
    Query::select()
        .from(message::Entity)
        .and_where(
            Expr::col((message::Entity, message::Column::RoomId)).equals((Entity, Column::Id)),
        )
        .take()
}

fn newest(column: message::Column) -> SelectStatement {
    messages_of_the_row()
        .column((message::Entity, column))
        .order_by((message::Entity, message::Column::Seq), Order::Desc)
        .limit(1)
        .take()
}

fn newer_than_shown() -> SelectStatement {
    messages_of_the_row()
        .expr(Expr::val(1))
        .and_where(
            Expr::col((message::Entity, message::Column::Seq))
                .gt(Expr::col((Entity, Column::LastMessageSeq))),
        )
        .take()
}
