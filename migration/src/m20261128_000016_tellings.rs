//! What people have been told of what matching has learned of them, beside what is believed: that moves with each private
//! answer.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{json_binary, pk_uuid};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tellings = Table::create()
            .table("matching_tellings")
            .col(pk_uuid("user_id"))
            .col(json_binary("telling"))
            .take();
        manager.create_table(tellings).await
    }
}
