//! Rows that only ever move forward: a late or repeated write of something older changes nothing.

use sea_orm::{
    EntityTrait, ExprTrait,
    sea_query::{Alias, Expr, SimpleExpr},
};

/// Of a row that is there already and one that is written: whether the written one is later in this column.
pub(crate) fn is_later<E: EntityTrait>(column: E::Column) -> SimpleExpr {
    Expr::col((E::default(), column)).lt(Expr::col((Alias::new("excluded"), column)))
}
