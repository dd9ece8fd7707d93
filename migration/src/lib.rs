//! The database schema, as a list of migrations that every process may apply at its start.
//!
//! Migrations expand first and contract later: a release adds what it needs and leaves what the release before it
//! still reads; a later release drops it. A migration that was released is never edited.

use sea_orm_migration::prelude::*;

mod m20261122_000001_accounts;
mod m20261122_000002_rooms;
mod m20261122_000003_messages;
mod m20261122_000004_pairs;
mod m20261122_000005_outbox;
mod m20261123_000006_sequence_indexes;
mod m20261123_000007_expiries;
mod m20261128_000008_reports;
mod m20261128_000009_deletions;
mod m20261128_000010_expired_rooms;
mod m20261128_000011_files;
mod m20261128_000012_matching;
mod m20261128_000013_avatars;
mod m20261128_000014_reported_avatars;
mod m20261128_000015_model_growth;
mod m20261128_000016_tellings;
mod m20261129_000017_room_pasts;
mod m20261129_000018_ended_sessions;
mod m20261129_000019_ran_out;
mod m20261129_000020_learned_resets;
mod m20261129_000021_storage_owner;
mod run;

pub use run::{RunError, run};

/// All migrations, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_accounts::Migration),
            Box::new(m20261122_000002_rooms::Migration),
            Box::new(m20261122_000003_messages::Migration),
            Box::new(m20261122_000004_pairs::Migration),
            Box::new(m20261122_000005_outbox::Migration),
            Box::new(m20261123_000006_sequence_indexes::Migration),
            Box::new(m20261123_000007_expiries::Migration),
            Box::new(m20261128_000008_reports::Migration),
            Box::new(m20261128_000009_deletions::Migration),
            Box::new(m20261128_000010_expired_rooms::Migration),
            Box::new(m20261128_000011_files::Migration),
            Box::new(m20261128_000012_matching::Migration),
            Box::new(m20261128_000013_avatars::Migration),
            Box::new(m20261128_000014_reported_avatars::Migration),
            Box::new(m20261128_000015_model_growth::Migration),
            Box::new(m20261128_000016_tellings::Migration),
            Box::new(m20261129_000017_room_pasts::Migration),
            Box::new(m20261129_000018_ended_sessions::Migration),
            Box::new(m20261129_000019_ran_out::Migration),
            Box::new(m20261129_000020_learned_resets::Migration),
            Box::new(m20261129_000021_storage_owner::Migration),
        ]
    }
}
