//! Uploaded files. Their bytes are in the storage, under their ids: a row is written after its object and goes after it.
//!
//! uploaded → claimed by one send → attached to the message that is in SQL → removed. What was uploaded and never attached
//! is removed after a while; what is removed is nobody's any more, and its row is the note that the object has to go.

use std::collections::HashSet;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{Condition, QueryOrder, QuerySelect};

use crate::{
    among,
    removal::{Place, Removal},
    report,
};

/// An uploaded file.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "files")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub room_id: Uuid,
    pub owner_id: Uuid,
    /// `image` or `file`.
    pub kind: String,
    /// To show, never to find anything by.
    pub name: String,
    pub content_type: String,
    pub size_bytes: i64,
    pub width: Option<i32>,
    pub height: Option<i32>,
    /// Of an image: the media type of its small picture.
    pub thumbnail_type: Option<String>,
    pub thumbnail_bytes: Option<i64>,
    pub placeholder: Option<String>,
    pub created_at: i64,
    /// The send that has taken it; no other one can.
    pub client_id: Option<Uuid>,
    pub claimed_at: Option<i64>,
    /// The message that it was sent with.
    pub message_id: Option<Uuid>,
    /// Since when nobody can have it any more.
    pub removed_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Removal for Entity {
    const KEY: Column = Column::Id;
    const REMOVED_AT: Column = Column::RemovedAt;

    fn place(row: &Model) -> Option<Place> {
        row.removed_at.map(|removed_at| (removed_at, row.id))
    }
}

/// A send that wants files.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    pub room: Uuid,
    pub sender: Uuid,
    pub client_id: Uuid,
    pub files: &'a [Uuid],
    pub now: i64,
}

/// A message in SQL that has files.
#[derive(Clone, Copy, Debug)]
pub struct Attached<'a> {
    pub room: Uuid,
    pub sender: Uuid,
    pub message: Uuid,
    pub files: &'a [Uuid],
}

impl Entity {
    /// A file that somebody may still have; who, its room's members tell.
    pub fn present(id: Uuid) -> Select<Entity> {
        Entity::find_by_id(id).filter(Column::RemovedAt.is_null())
    }

    /// The files of one user, oldest first; only those behind this one.
    pub fn page_of(owner: Uuid, behind: Option<Uuid>, limit: u64) -> Select<Entity> {
        let behind = behind.map(|id| Column::Id.gt(id));
        Entity::find()
            .filter(Column::OwnerId.eq(owner))
            .filter(Column::RemovedAt.is_null())
            .filter(Condition::all().add_option(behind))
            .order_by_asc(Column::Id)
            .limit(limit)
    }

    /// What the files of one user take, in bytes.
    pub async fn taken_by<C: ConnectionTrait>(db: &C, owner: Uuid) -> Result<i64, DbErr> {
        let sum = Entity::find()
            .select_only()
            .expr(Column::SizeBytes.sum().cast_as("bigint"))
            .filter(Column::OwnerId.eq(owner))
            .filter(Column::RemovedAt.is_null())
            .into_tuple::<Option<i64>>()
            .one(db)
            .await?;
        Ok(sum.flatten().unwrap_or(0))
    }

    /// Writes a file whose object is stored.
    pub async fn add<C: ConnectionTrait>(db: &C, file: Model) -> Result<(), DbErr> {
        Entity::insert(ActiveModel::from(file))
            .exec_without_returning(db)
            .await?;
        Ok(())
    }

    /// Takes those of the files for a send that are its sender's, in its room, and no other send's; the same send may take
    /// them again. In one statement.
    pub async fn claim<C: ConnectionTrait>(db: &C, claim: Claim<'_>) -> Result<Vec<Model>, DbErr> {
        let is_free = Condition::any()
            .add(Column::ClientId.is_null())
            .add(Column::ClientId.eq(claim.client_id));
        Entity::update_many()
            .col_expr(Column::ClientId, Expr::value(claim.client_id))
            .col_expr(Column::ClaimedAt, Expr::value(claim.now))
            .filter(Column::Id.is_in(claim.files.iter().copied()))
            .filter(Column::RoomId.eq(claim.room))
            .filter(Column::OwnerId.eq(claim.sender))
            .filter(Column::RemovedAt.is_null())
            .filter(is_free)
            .exec_with_returning(db)
            .await
    }

    /// Marks the files of a message that is stored. Doing so again changes nothing.
    pub async fn attach<C: ConnectionTrait>(db: &C, sent: Attached<'_>) -> Result<(), DbErr> {
        Entity::update_many()
            .col_expr(Column::MessageId, Expr::value(sent.message))
            .filter(Column::Id.is_in(sent.files.iter().copied()))
            .filter(Column::RoomId.eq(sent.room))
            .filter(Column::OwnerId.eq(sent.sender))
            .filter(Column::MessageId.is_null())
            .exec(db)
            .await?;
        Ok(())
    }

    /// Takes back a file of this owner that no send has taken: it is nobody's from then on. `false` where there is no such file.
    pub async fn take_back<C: ConnectionTrait>(
        db: &C,
        id: Uuid,
        owner: Uuid,
        now: i64,
    ) -> Result<bool, DbErr> {
        let unsent = Condition::all()
            .add(Column::Id.eq(id))
            .add(Column::OwnerId.eq(owner))
            .add(Column::ClientId.is_null())
            .add(Column::MessageId.is_null());
        Ok(Entity::remove(db, unsent, now).await? > 0)
    }

    /// The files of the room are nobody's any more.
    pub async fn remove_in_room<C: ConnectionTrait>(
        db: &C,
        room: Uuid,
        now: i64,
    ) -> Result<u64, DbErr> {
        Entity::remove(db, Column::RoomId.eq(room).into(), now).await
    }

    /// A deleted user's files are nobody's any more, but for those in rooms that an open report about the user holds. Says
    /// how many of them are not gone from the storage yet.
    pub async fn remove_of<C: ConnectionTrait>(
        db: &C,
        owner: Uuid,
        now: i64,
    ) -> Result<u64, DbErr> {
        let theirs = Condition::all()
            .add(Column::OwnerId.eq(owner))
            .add(Column::RoomId.not_in_subquery(report::rooms_held(owner)));
        Entity::remove(db, theirs.clone(), now).await?;
        Entity::find().filter(theirs).count(db).await
    }

    /// Files from before `until` that are attached to no message; some may be on their way into SQL. Of the rooms that are held,
    /// those that were taken by a send are none of them.
    pub async fn unsent<C: ConnectionTrait>(
        db: &C,
        until: i64,
        held: &[Uuid],
        limit: u64,
    ) -> Result<Vec<Uuid>, DbErr> {
        let is_held = Condition::all()
            .add(Column::RoomId.is_in(held.iter().copied()))
            .add(Column::ClaimedAt.is_not_null());
        Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(unsent_since(until))
            .filter(is_held.not())
            .order_by_asc(Column::CreatedAt)
            .limit(limit)
            .into_tuple()
            .all(db)
            .await
    }

    /// Those of these files that are attached to no message still are nobody's any more. Says how many.
    pub async fn remove_unsent<C: ConnectionTrait>(
        db: &C,
        files: &[Uuid],
        until: i64,
        now: i64,
    ) -> Result<u64, DbErr> {
        let theirs = Column::Id.is_in(files.iter().copied());
        Entity::remove(db, unsent_since(until).add(theirs), now).await
    }

    /// Which of these files have a row.
    pub async fn known_among<C: ConnectionTrait>(
        db: &C,
        files: &[Uuid],
    ) -> Result<HashSet<Uuid>, DbErr> {
        among::known::<Entity>(db, Column::Id, files).await
    }
}

/// What was uploaded before `until`, and not taken by a send since then: that one may be on its way.
fn unsent_since(until: i64) -> Condition {
    let is_free = Condition::any()
        .add(Column::ClaimedAt.is_null())
        .add(Column::ClaimedAt.lt(until));
    Condition::all()
        .add(Column::MessageId.is_null())
        .add(Column::RemovedAt.is_null())
        .add(Column::CreatedAt.lt(until))
        .add(is_free)
}
