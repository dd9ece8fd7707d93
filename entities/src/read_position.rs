//! How far each member has read in each room, and what that leaves unread.

use std::collections::{BTreeMap, HashMap};

use sea_orm::ExprTrait;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Func, OnConflict, Query, SelectStatement, SimpleExpr};

use crate::{ROWS_PER_STATEMENT, later::is_later, message, room_member};

/// A member's position: everything up to `seq` is read.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "read_positions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub room_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: Uuid,
    pub seq: i64,
    pub updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The positions of a room's members.
    pub fn in_room(room: Uuid) -> Select<Entity> {
        Entity::find().filter(Column::RoomId.eq(room))
    }

    /// Moves positions forward; a lower one than the stored changes nothing. Of two at one place the later one counts: the stream
    /// has that one alone.
    pub async fn advance<C: ConnectionTrait>(
        db: &C,
        positions: impl IntoIterator<Item = Model>,
    ) -> Result<(), DbErr> {
        let forward = OnConflict::columns([Column::RoomId, Column::UserId])
            .update_columns([Column::Seq, Column::UpdatedAt])
            .action_and_where(is_further())
            .to_owned();
        for chunk in furthest_by_key(positions).chunks(ROWS_PER_STATEMENT) {
            let rows = chunk.iter().cloned().map(ActiveModel::from);
            Entity::insert_many(rows)
                .on_conflict(forward.clone())
                .exec_without_returning(db)
                .await?;
        }
        Ok(())
    }

    /// How far each member has read in these rooms, by room and member. Members who have read nothing are absent.
    pub async fn seqs_of_members<C: ConnectionTrait>(
        db: &C,
        rooms: &[Uuid],
    ) -> Result<HashMap<(Uuid, Uuid), u64>, DbErr> {
        let mut seqs = HashMap::with_capacity(rooms.len());
        for chunk in rooms.chunks(ROWS_PER_STATEMENT) {
            let positions = Entity::find().filter(Column::RoomId.is_in(chunk.iter().copied()));
            for position in positions.all(db).await? {
                let key = (position.room_id, position.user_id);
                seqs.insert(key, position.seq.unsigned_abs());
            }
        }
        Ok(seqs)
    }

    /// How many messages of others stand after the user's position, by room. Rooms with none, and rooms in which the
    /// user is no member, are absent.
    pub async fn unread_counts<C: ConnectionTrait>(
        db: &C,
        user: Uuid,
        rooms: &[Uuid],
    ) -> Result<HashMap<Uuid, u64>, DbErr> {
        let mut unread = HashMap::with_capacity(rooms.len());
        for chunk in rooms.chunks(ROWS_PER_STATEMENT) {
            let mine = member(room_member::Column::UserId).eq(user);
            for row in db.query_all(unread_in(chunk).and_where(mine)).await? {
                let count: i64 = row.try_get_by_index(2)?;
                unread.insert(row.try_get_by_index(0)?, count.unsigned_abs());
            }
        }
        Ok(unread)
    }

    /// How many messages of others stand after each member's position in these rooms, by room and member. Members
    /// with none, and rooms that are not projected yet, are absent.
    pub async fn unread_of_members<C: ConnectionTrait>(
        db: &C,
        rooms: &[Uuid],
    ) -> Result<HashMap<(Uuid, Uuid), u64>, DbErr> {
        let mut unread = HashMap::with_capacity(rooms.len());
        for chunk in rooms.chunks(ROWS_PER_STATEMENT) {
            for row in db.query_all(&unread_in(chunk)).await? {
                let count: i64 = row.try_get_by_index(2)?;
                let key = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
                unread.insert(key, count.unsigned_abs());
            }
        }
        Ok(unread)
    }
}

fn member(column: room_member::Column) -> Expr {
    Expr::col((room_member::Entity, column))
}

/// Sorted by key: concurrent writers then take row locks in one order.
fn furthest_by_key(positions: impl IntoIterator<Item = Model>) -> Vec<Model> {
    let mut furthest = BTreeMap::<(Uuid, Uuid), Model>::new();
    for position in positions {
        let key = (position.room_id, position.user_id);
        if furthest
            .get(&key)
            .is_none_or(|known| place(known) < place(&position))
        {
            furthest.insert(key, position);
        }
    }
    furthest.into_values().collect()
}

fn place(position: &Model) -> (i64, i64) {
    (position.seq, position.updated_at)
}

/// Whether the written row is further than the one that is there.
fn is_further() -> SimpleExpr {
    let there = Expr::col((Entity, Column::Seq));
    let written = Expr::col((Alias::new("excluded"), Column::Seq));
    let is_later_at_its_place = there.eq(written).and(is_later::<Entity>(Column::UpdatedAt));
    is_later::<Entity>(Column::Seq).or(is_later_at_its_place)
}

/// Begins at the memberships, so that of each room only the unread end of the messages is walked.
fn unread_in(rooms: &[Uuid]) -> SelectStatement {
    let position = |column: Column| Expr::col((Entity, column));
    let message = |column: message::Column| Expr::col((message::Entity, column));
    Query::select()
        .column((room_member::Entity, room_member::Column::RoomId))
        .column((room_member::Entity, room_member::Column::UserId))
        .expr(message(message::Column::Seq).count())
        .from(room_member::Entity)
        .left_join(
            Entity,
            position(Column::RoomId)
                .eq(member(room_member::Column::RoomId))
                .and(position(Column::UserId).eq(member(room_member::Column::UserId))),
        )
        .inner_join(
            message::Entity,
            message(message::Column::RoomId)
                .eq(member(room_member::Column::RoomId))
                .and(
                    message(message::Column::Seq)
                        .gt(Func::coalesce([position(Column::Seq), Expr::val(0_i64)])),
                )
                .and(message(message::Column::SenderId).ne(member(room_member::Column::UserId))),
        )
        .and_where(member(room_member::Column::RoomId).is_in(rooms.iter().copied()))
        .group_by_col((room_member::Entity, room_member::Column::RoomId))
        .group_by_col((room_member::Entity, room_member::Column::UserId))
        .take()
}
