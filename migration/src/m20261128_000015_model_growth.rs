//! How many outcomes the matching model was made of, and how many it has learned since: by that it is due to be made anew.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::big_integer;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["made_of", "learned_since"] {
            let wider = Table::alter()
                .table("matching_model")
                .add_column(big_integer(column).default(0))
                .take();
            manager.alter_table(wider).await?;
        }
        Ok(())
    }
}
