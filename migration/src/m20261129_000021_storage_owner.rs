//! The id by which this installation's files are told from another one's: the storage has it as its mark.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{integer, uuid};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let owner = Table::create()
            .table("storage_owner")
            .col(integer("id").primary_key())
            .col(uuid("installation"))
            .take();
        manager.create_table(owner).await
    }
}
