//! A report names the avatar that was seen of the reported user when it was filed: evidence, as the room's messages are.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::uuid_null;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let wider = Table::alter()
            .table("reports")
            .add_column(uuid_null("avatar_version"))
            .take();
        manager.alter_table(wider).await
    }
}
