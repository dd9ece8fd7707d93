//! Which database errors are the row's own fault.

use sea_orm::sqlx::error::{DatabaseError, ErrorKind};
use sea_orm::{DbErr, RuntimeErr};

/// SQLSTATE classes of errors that the same row would meet again: data exception, integrity constraint violation,
/// program limit exceeded. <https://www.postgresql.org/docs/current/errcodes-appendix.html>
const SQLSTATE_CLASSES: [&str; 3] = ["22", "23", "54"];
/// `SQLITE_TOOBIG`, `SQLITE_CONSTRAINT`, `SQLITE_MISMATCH`; the low byte of the extended code.
const SQLITE_CODES: [u32; 3] = [18, 19, 20];
const SQLSTATE_LENGTH: usize = 5;

/// Whether the database refused a row for what it holds. Every other error is the database's own trouble, and passes.
pub(super) fn is_refusal(error: &DbErr) -> bool {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            error.as_database_error().is_some_and(refuses_the_row)
        }
        _ => false,
    }
}

fn refuses_the_row(error: &dyn DatabaseError) -> bool {
    if !matches!(error.kind(), ErrorKind::Other) {
        return true;
    }
    error.code().is_some_and(|code| {
        if code.len() == SQLSTATE_LENGTH {
            SQLSTATE_CLASSES.contains(&&code[..2])
        } else {
            code.parse::<u32>()
                .is_ok_and(|code| SQLITE_CODES.contains(&(code & 0xff)))
        }
    })
}
