//! Whether a decided room's time had run out: then who said no does not know what the other one answered. Of earlier rows it
//! is not known, and of those nobody is said to know.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::boolean;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let wider = Table::alter()
            .table("matching_outcomes")
            .add_column(boolean("ran_out").default(true))
            .take();
        manager.alter_table(wider).await
    }
}
