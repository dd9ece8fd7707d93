//! Reports of users. An open one freezes its room and the reported one's avatar: what that user said there, and the avatar that
//! was seen when the report was filed, stay until it is closed.

use std::collections::HashSet;

use sea_orm::ActiveValue::Set;
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{Condition, QuerySelect};

use crate::{ROWS_PER_STATEMENT, report_evidence};

/// The state of a report that nobody has closed.
pub const OPEN: &str = "open";

/// A report.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reports")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub reporter_id: Uuid,
    pub reported_id: Uuid,
    /// The room in which it happened; `None`: the user is reported, no conversation.
    pub room_id: Option<Uuid>,
    /// The avatar that was seen of the reported user at that time.
    pub avatar_version: Option<Uuid>,
    /// One of the profile options' report reasons.
    pub reason: String,
    pub detail: Option<String>,
    /// [`OPEN`], or what closed it.
    pub state: String,
    pub created_at: i64,
    pub closed_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The rooms with an open report, as a subquery.
pub(crate) fn frozen_rooms() -> SelectStatement {
    Query::select()
        .column(Column::RoomId)
        .from(Entity)
        .and_where(Column::State.eq(OPEN))
        .and_where(Column::RoomId.is_not_null())
        .take()
}

/// The avatars that open reports hold, as a subquery.
pub(crate) fn frozen_avatars() -> SelectStatement {
    Query::select()
        .column(Column::AvatarVersion)
        .from(Entity)
        .and_where(Column::State.eq(OPEN))
        .and_where(Column::AvatarVersion.is_not_null())
        .take()
}

/// The users of whom an open report holds something, as a subquery.
pub(crate) fn held_users() -> SelectStatement {
    Query::select()
        .column(Column::ReportedId)
        .from(Entity)
        .cond_where(holds_something())
        .take()
}

fn holds_something() -> Condition {
    let something = Condition::any()
        .add(Column::RoomId.is_not_null())
        .add(Column::AvatarVersion.is_not_null());
    Condition::all().add(Column::State.eq(OPEN)).add(something)
}

/// The rooms in which what this user said is held by an open report about the user, as a subquery.
pub(crate) fn rooms_held(reported: Uuid) -> SelectStatement {
    frozen_rooms()
        .and_where(Column::ReportedId.eq(reported))
        .take()
}

impl Entity {
    /// The reports that the user filed, oldest first.
    pub fn filed_by(user: Uuid) -> Select<Entity> {
        Entity::find()
            .filter(Column::ReporterId.eq(user))
            .order_by_asc(Column::Id)
    }

    /// Writes a report with the messages that show it. Call it in a transaction.
    pub async fn file<C: ConnectionTrait>(
        db: &C,
        report: Model,
        evidence: Vec<report_evidence::Model>,
    ) -> Result<(), DbErr> {
        Entity::insert(ActiveModel::from(report))
            .exec_without_returning(db)
            .await?;
        for chunk in evidence.chunks(ROWS_PER_STATEMENT) {
            let rows = chunk
                .iter()
                .cloned()
                .map(report_evidence::ActiveModel::from);
            report_evidence::Entity::insert_many(rows)
                .exec_without_returning(db)
                .await?;
        }
        Ok(())
    }

    /// Which of these rooms have an open report.
    pub async fn frozen_among<C: ConnectionTrait>(
        db: &C,
        rooms: &[Uuid],
    ) -> Result<HashSet<Uuid>, DbErr> {
        let mut frozen = HashSet::new();
        for chunk in rooms.chunks(ROWS_PER_STATEMENT) {
            let of_chunk = Entity::find().filter(Column::RoomId.is_in(chunk.iter().copied()));
            frozen.extend(open_rooms(of_chunk, db).await?);
        }
        Ok(frozen)
    }

    /// The rooms in which what this user said is held by an open report about the user.
    pub async fn rooms_held_of<C: ConnectionTrait>(
        db: &C,
        reported: Uuid,
    ) -> Result<HashSet<Uuid>, DbErr> {
        open_rooms(Entity::find().filter(Column::ReportedId.eq(reported)), db).await
    }

    /// Whether an open report about this user holds something of the user.
    pub async fn holds_something_of<C: ConnectionTrait>(
        db: &C,
        reported: Uuid,
    ) -> Result<bool, DbErr> {
        let holding = Entity::find()
            .filter(Column::ReportedId.eq(reported))
            .filter(holds_something());
        Ok(holding.count(db).await? > 0)
    }

    /// Takes a deleted user's own words out of reports: what the user wrote as a reporter, and what stands of the user
    /// in evidence, but for open reports about the user. Says how many rows changed.
    pub async fn forget<C: ConnectionTrait>(db: &C, user: Uuid) -> Result<u64, DbErr> {
        let silenced = Entity::update_many()
            .set(ActiveModel {
                detail: Set(None),
                ..Default::default()
            })
            .filter(Column::ReporterId.eq(user))
            .filter(Column::Detail.is_not_null())
            .exec(db)
            .await?;
        let open_about = Query::select()
            .column(Column::Id)
            .from(Entity)
            .cond_where(
                Condition::all()
                    .add(Column::ReportedId.eq(user))
                    .add(Column::State.eq(OPEN)),
            )
            .take();
        let removed = report_evidence::Entity::delete_many()
            .filter(report_evidence::Column::SenderId.eq(user))
            .filter(report_evidence::Column::ReportId.not_in_subquery(open_about))
            .exec(db)
            .await?;
        Ok(silenced.rows_affected + removed.rows_affected)
    }
}

async fn open_rooms<C: ConnectionTrait>(
    reports: Select<Entity>,
    db: &C,
) -> Result<HashSet<Uuid>, DbErr> {
    let rooms: Vec<Option<Uuid>> = reports
        .filter(Column::State.eq(OPEN))
        .select_only()
        .column(Column::RoomId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rooms.into_iter().flatten().collect())
}
