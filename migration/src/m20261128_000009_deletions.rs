//! Deleted users whose data still has to go from where the account's own transaction does not reach.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, boolean, pk_uuid};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let deletions = Table::create()
            .table("deletions")
            .col(pk_uuid("user_id"))
            .col(big_integer("times_noted"))
            .col(boolean("held"))
            .take();
        manager.create_table(deletions).await
    }
}
