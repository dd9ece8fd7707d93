//! Of how many outcomes the matching model was made, up to which, and how many it has learned since: by that it is due to be
//! made anew; and until when somebody is at it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::big_integer;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["made_of", "made_until", "learned_since", "remaking_until"] {
            let wider = Table::alter()
                .table("matching_model")
                .add_column(big_integer(column).default(0))
                .take();
            manager.alter_table(wider).await?;
        }
        Ok(())
    }
}
