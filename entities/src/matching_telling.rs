//! What earlier releases have told people of what matching had learned of them. Nobody writes it any more; rows go with what was
//! learned of their user, and the table with a release that is not next to those that used it.

use sea_orm::entity::prelude::*;

/// One person's.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "matching_tellings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: Uuid,
    #[sea_orm(column_type = "JsonBinary")]
    pub telling: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
