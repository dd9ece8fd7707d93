//! The highest sequence of a stream that SQL has, and the rows of a range of sequences, without reading whole tables.

use sea_orm_migration::prelude::*;

/// Table and column of each index.
const INDEXES: [(&str, &str); 2] = [("rooms", "life_seq"), ("pairs", "life_seq")];

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in INDEXES {
            let index = Index::create()
                .name(format!("{table}_by_{column}"))
                .table(table)
                .col(column)
                .take();
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
