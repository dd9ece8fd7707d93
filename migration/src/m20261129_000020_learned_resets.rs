//! When a user has last reset what matching had learned: what was decided before may be stored only later.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::big_integer_null;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let wider = Table::alter()
            .table("users")
            .add_column(big_integer_null("learned_reset_at"))
            .take();
        manager.alter_table(wider).await
    }
}
