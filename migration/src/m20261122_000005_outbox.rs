//! Public events of SQL-only facts, written in the fact's own transaction and published afterwards.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, pk_uuid, text};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let outbox = Table::create()
            .table("outbox")
            .col(pk_uuid("id"))
            .col(text("subject"))
            .col(text("payload"))
            .col(big_integer("created_at"))
            .take();
        manager.create_table(outbox).await
    }
}
