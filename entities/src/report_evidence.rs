//! A reported room's last messages as they were when it was reported.

use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

/// One message of a report's evidence.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "report_evidence")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub report_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub message_id: Uuid,
    pub sender_id: Uuid,
    pub text: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub attachments: Json,
    pub sent_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The evidence of a report, in the order of the room.
    pub fn of(report: Uuid) -> Select<Entity> {
        Entity::find()
            .filter(Column::ReportId.eq(report))
            .order_by_asc(Column::Seq)
    }
}
