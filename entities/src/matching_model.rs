//! The weights of the matching model. There is one row, from the first migration on.
//!
//! It is a lock, too: whoever changes or removes outcomes or beliefs of people takes it first, so that what the model has
//! learned and what it was learned from go together.

use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait;

const ONLY: i32 = 1;

/// The weights as they were last learned.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "matching_model")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// Grows with each change.
    pub version: i64,
    /// Grows whenever a user was taken out of what was learned.
    pub withdrawals: i64,
    /// Of which shipped weights it was learned; 0: nothing was learned yet.
    pub prior_version: i32,
    /// The place in `LIFE` up to which outcomes are learned.
    pub applied_seq: i64,
    #[sea_orm(column_type = "JsonBinary")]
    pub weights: Json,
    /// When it was made anew from all outcomes.
    pub rebuilt_at: i64,
    /// Of how many outcomes.
    pub made_of: i64,
    /// Up to which place in `LIFE`.
    pub made_until: i64,
    /// How many more it has learned since.
    pub learned_since: i64,
    /// Until when a process has claimed to make it anew; in the past: nobody is at it.
    pub remaking_until: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The weights as they are.
    ///
    /// # Errors
    /// The row is gone, which no program does; or the database's.
    pub async fn current<C: ConnectionTrait>(db: &C) -> Result<Model, DbErr> {
        let row = Entity::find_by_id(ONLY).one(db).await?;
        row.ok_or_else(gone)
    }

    /// The weights as they are and stay until the end of the transaction.
    ///
    /// # Errors
    /// As [`Entity::current`].
    pub async fn hold<C: ConnectionTrait>(db: &C) -> Result<Model, DbErr> {
        let row = Entity::find_by_id(ONLY).lock_exclusive().one(db).await?;
        row.ok_or_else(gone)
    }

    /// Replaces the weights, if they are still at this version: compare-and-set. `false` where they are not.
    pub async fn replace<C: ConnectionTrait>(db: &C, next: &Model) -> Result<bool, DbErr> {
        let replaced = Entity::update_many()
            .col_expr(Column::Version, Expr::value(next.version + 1))
            .col_expr(Column::PriorVersion, Expr::value(next.prior_version))
            .col_expr(Column::AppliedSeq, Expr::value(next.applied_seq))
            .col_expr(Column::Weights, Expr::value(next.weights.clone()))
            .col_expr(Column::RebuiltAt, Expr::value(next.rebuilt_at))
            .col_expr(Column::MadeOf, Expr::value(next.made_of))
            .col_expr(Column::MadeUntil, Expr::value(next.made_until))
            .col_expr(Column::LearnedSince, Expr::value(next.learned_since))
            .filter(Column::Id.eq(ONLY))
            .filter(Column::Version.eq(next.version))
            .exec(db)
            .await?;
        Ok(replaced.rows_affected == 1)
    }

    /// Claims to make it anew until then. `false` while somebody else's claim holds.
    pub async fn claim<C: ConnectionTrait>(db: &C, now: i64, until: i64) -> Result<bool, DbErr> {
        let claimed = Entity::update_many()
            .col_expr(Column::RemakingUntil, Expr::value(until))
            .filter(Column::Id.eq(ONLY))
            .filter(Column::RemakingUntil.lte(now))
            .exec(db)
            .await?;
        Ok(claimed.rows_affected == 1)
    }

    /// Gives the claim back that was made until then.
    pub async fn release<C: ConnectionTrait>(db: &C, until: i64) -> Result<(), DbErr> {
        Entity::update_many()
            .col_expr(Column::RemakingUntil, Expr::value(0))
            .filter(Column::Id.eq(ONLY))
            .filter(Column::RemakingUntil.eq(until))
            .exec(db)
            .await?;
        Ok(())
    }

    /// Holds the row, and notes that somebody is taken out of what was learned.
    pub(crate) async fn withdraw<C: ConnectionTrait>(db: &C) -> Result<(), DbErr> {
        Entity::update_many()
            .col_expr(Column::Version, Expr::col(Column::Version).add(1_i64))
            .col_expr(
                Column::Withdrawals,
                Expr::col(Column::Withdrawals).add(1_i64),
            )
            .filter(Column::Id.eq(ONLY))
            .exec(db)
            .await?;
        Ok(())
    }
}

fn gone() -> DbErr {
    DbErr::RecordNotFound("the row of the matching model".to_owned())
}
