//! SQL whose answer is never waited for without end.
//!
//! A server that hangs, or a connection whose other end is gone without a word, answers nothing, not even an error. The
//! driver would wait for as long as the system keeps the connection: hours.

use std::time::Duration;

use async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult,
    QueryResult, RuntimeErr, Statement, TransactionOptions, TransactionTrait,
};
use tokio::time::timeout;

/// Something that takes statements, each of which is answered within a limit or fails as an unreachable database does.
#[derive(Debug, Clone)]
pub struct Bounded<C> {
    inner: C,
    /// `None`: a file, which does not hang.
    limit: Option<Duration>,
}

/// The connections of a process to its database.
pub type Connection = Bounded<DatabaseConnection>;

/// An open transaction. Rolled back when it is dropped.
pub type Transaction = Bounded<DatabaseTransaction>;

impl<C> Bounded<C> {
    async fn within<T>(&self, answer: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
        within(self.limit, answer).await
    }
}

impl Connection {
    pub(crate) fn new(inner: DatabaseConnection, limit: Option<Duration>) -> Self {
        Self { inner, limit }
    }

    /// Starts a transaction.
    ///
    /// # Errors
    /// No connection became free, or the database does not answer.
    pub async fn begin_with_options(
        &self,
        options: TransactionOptions,
    ) -> Result<Transaction, DbErr> {
        let inner = self.within(self.inner.begin_with_options(options)).await?;
        Ok(Transaction {
            inner,
            limit: self.limit,
        })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.within(self.inner.ping()).await
    }
}

impl Transaction {
    /// Commits. After an error it is open whether the database has done so.
    ///
    /// # Errors
    /// The database refuses or does not answer.
    pub async fn commit(self) -> Result<(), DbErr> {
        within(self.limit, self.inner.commit()).await
    }

    /// Takes back what was written in it.
    ///
    /// # Errors
    /// The database does not answer; then it takes it back by itself.
    pub async fn rollback(self) -> Result<(), DbErr> {
        within(self.limit, self.inner.rollback()).await
    }
}

#[async_trait]
impl<C: ConnectionTrait> ConnectionTrait for Bounded<C> {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.within(self.inner.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.within(self.inner.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.within(self.inner.query_one_raw(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.within(self.inner.query_all_raw(statement)).await
    }
}

async fn within<T>(
    limit: Option<Duration>,
    answer: impl Future<Output = Result<T, DbErr>>,
) -> Result<T, DbErr> {
    let Some(limit) = limit else {
        return answer.await;
    };
    timeout(limit, answer).await.unwrap_or_else(|_elapsed| {
        let problem = format!(
            "the database did not answer within {} ms",
            limit.as_millis()
        );
        Err(DbErr::Conn(RuntimeErr::Internal(problem)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_answer_that_does_not_come_is_an_unreachable_database() {
        let never = std::future::pending::<Result<(), DbErr>>();
        let outcome = within(Some(Duration::from_millis(10)), never);
        let outcome = timeout(Duration::from_secs(5), outcome).await;
        let outcome = outcome.expect("an end");
        assert!(matches!(outcome, Err(DbErr::Conn(_))), "{outcome:?}");
    }
}
