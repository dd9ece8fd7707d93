//! Avatars: which version of a user's is shown, and which still has to go. Their pictures are in the storage.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, pk_uuid, uuid};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let avatars = Table::create()
            .table("avatars")
            .col(pk_uuid("version"))
            .col(uuid("user_id"))
            .col(big_integer("begun_at"))
            .col(big_integer_null("shown_at"))
            .col(big_integer_null("removed_at"))
            .take();
        manager.create_table(avatars).await?;
        for column in ["user_id", "removed_at"] {
            let index = Index::create()
                .name(format!("avatars_by_{column}"))
                .table("avatars")
                .col(column)
                .take();
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
