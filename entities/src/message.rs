//! Messages, ordered in their room by the `CHAT` stream's sequence.

use std::collections::{HashMap, HashSet};

use sea_orm::ExprTrait;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{OnConflict, Query, SelectStatement};
use sea_orm::{Condition, QueryOrder, QuerySelect};

use crate::{ROWS_PER_STATEMENT, room};

/// A message. A sender's `client_id` exists once in a room.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "messages")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub room_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub id: Uuid,
    pub sender_id: Uuid,
    pub client_id: Uuid,
    pub text: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub attachments: Json,
    pub sent_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Which part of a room's history to read. Bounds are sequences and exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Only older ones than this.
    pub before: Option<i64>,
    /// Only newer ones than this; the page then begins at the oldest of them, else it ends at the newest.
    pub after: Option<i64>,
    /// At most so many.
    pub limit: u64,
}

/// Part of a room's history.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// Ascending by `seq`.
    pub items: Vec<Model>,
    /// Sequence of the message before the first item; 0 where there is none. Not 0 also means: older ones exist.
    pub prev_seq: i64,
}

impl Entity {
    /// All messages of a room.
    pub fn in_room(room: Uuid) -> Select<Entity> {
        Entity::find().filter(Column::RoomId.eq(room))
    }

    /// The message at a sequence.
    pub fn at(room: Uuid, seq: i64) -> Select<Entity> {
        Entity::in_room(room).filter(Column::Seq.eq(seq))
    }

    /// The message that the sender knows under this id, wherever it stands.
    pub fn find_by_client_id(room: Uuid, sender: Uuid, client_id: Uuid) -> Select<Entity> {
        Entity::in_room(room)
            .filter(Column::SenderId.eq(sender))
            .filter(Column::ClientId.eq(client_id))
    }

    /// Reads one page of a room's history.
    pub async fn page<C: ConnectionTrait>(
        db: &C,
        room: Uuid,
        window: Window,
    ) -> Result<Page, DbErr> {
        let bounds = Condition::all()
            .add_option(window.before.map(|before| Column::Seq.lt(before)))
            .add_option(window.after.map(|after| Column::Seq.gt(after)));
        let select = Entity::in_room(room).filter(bounds).limit(window.limit);
        let items = if window.after.is_some() {
            select.order_by_asc(Column::Seq).all(db).await?
        } else {
            let mut newest_first = select.order_by_desc(Column::Seq).all(db).await?;
            newest_first.reverse();
            newest_first
        };
        let prev_seq = match items.first() {
            Some(first) => Entity::prev_seq(db, room, first.seq).await?,
            None => 0,
        };
        Ok(Page { items, prev_seq })
    }

    /// Sequence of the room's last message before `seq`; 0 where there is none.
    pub async fn prev_seq<C: ConnectionTrait>(db: &C, room: Uuid, seq: i64) -> Result<i64, DbErr> {
        let prev = Entity::in_room(room)
            .filter(Column::Seq.lt(seq))
            .order_by_desc(Column::Seq)
            .select_only()
            .column(Column::Seq)
            .into_tuple::<i64>()
            .one(db)
            .await?;
        Ok(prev.unwrap_or(0))
    }

    /// The newest message of each of these projected rooms, by room; rooms without messages are absent.
    pub async fn last_in_rooms<C: ConnectionTrait>(
        db: &C,
        rooms: &[Uuid],
    ) -> Result<HashMap<Uuid, Model>, DbErr> {
        let mut last = HashMap::with_capacity(rooms.len());
        let key = || Expr::tuple([Column::RoomId.into_expr(), Column::Seq.into_expr()]);
        for chunk in rooms.chunks(ROWS_PER_STATEMENT) {
            let messages = Entity::find()
                .filter(key().in_subquery(last_keys(chunk)))
                .all(db)
                .await?;
            last.extend(
                messages
                    .into_iter()
                    .map(|message| (message.room_id, message)),
            );
        }
        Ok(last)
    }

    /// Highest sequence in the table; 0 where it is empty. A stream whose last is lower has lost its tail.
    pub async fn highest_seq<C: ConnectionTrait>(db: &C) -> Result<i64, DbErr> {
        let highest = Entity::find()
            .select_only()
            .expr(Column::Seq.max())
            .into_tuple::<Option<i64>>()
            .one(db)
            .await?;
        Ok(highest.flatten().unwrap_or(0))
    }

    /// Writes messages and says how many were new. One whose room, sender and client id are known already is left
    /// out. Any other conflict is an error, so a message is never dropped for standing at a taken sequence.
    pub async fn insert_new<C: ConnectionTrait>(
        db: &C,
        mut messages: Vec<Model>,
    ) -> Result<u64, DbErr> {
        // Concurrent writers then meet in one order.
        messages.sort_by_key(|message| message.seq);
        let ignore = OnConflict::columns([Column::RoomId, Column::SenderId, Column::ClientId])
            .do_nothing()
            .to_owned();
        let mut inserted = 0;
        for chunk in messages.chunks(ROWS_PER_STATEMENT) {
            let rows = chunk.iter().cloned().map(ActiveModel::from);
            inserted += Entity::insert_many(rows)
                .on_conflict(ignore.clone())
                .exec_without_returning(db)
                .await?;
        }
        Ok(inserted)
    }

    /// Which sequences from `from_seq` to `to_seq` these rooms' messages have. After [`Entity::insert_new`] it tells
    /// a batch's messages from its repeats under another sequence, the first time and at a redelivery alike.
    pub async fn stored_seqs<C: ConnectionTrait>(
        db: &C,
        rooms: &[Uuid],
        from_seq: i64,
        to_seq: i64,
    ) -> Result<HashSet<i64>, DbErr> {
        let mut stored = HashSet::new();
        for chunk in rooms.chunks(ROWS_PER_STATEMENT) {
            let seqs = Entity::find()
                .select_only()
                .column(Column::Seq)
                .filter(Column::RoomId.is_in(chunk.iter().copied()))
                .filter(Column::Seq.between(from_seq, to_seq))
                .into_tuple::<i64>()
                .all(db)
                .await?;
            stored.extend(seqs);
        }
        Ok(stored)
    }
}

/// Room and sequence of each room's newest message. One look at the end of the key for each room, not a scan.
fn last_keys(rooms: &[Uuid]) -> SelectStatement {
    let newest = Query::select()
        .expr(Expr::col(Column::Seq).max())
        .from(Entity)
        .and_where(Expr::col((Entity, Column::RoomId)).equals((room::Entity, room::Column::Id)))
        .take();
    Query::select()
        .column((room::Entity, room::Column::Id))
        .expr(newest)
        .from(room::Entity)
        .and_where(Expr::col((room::Entity, room::Column::Id)).is_in(rooms.iter().copied()))
        .take()
}
