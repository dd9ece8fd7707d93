//! Which sessions were ended lately, without reading all of them.

use sea_orm_migration::prelude::*;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let by_end = Index::create()
            .name("sessions_by_ended_at")
            .table("sessions")
            .col("ended_at")
            .take();
        manager.create_index(by_end).await
    }
}
