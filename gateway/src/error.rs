//! What a request gets that cannot be served: a problem body, RFC 9457, with a stable code.

use std::fmt::Display;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use broker::{PublishError, ReadError, life::ChangeError};
use contract::problem::{Code, PROBLEM_JSON};
use domain::FieldError;
use sea_orm::{DbErr, RuntimeErr, SqlErr, sqlx};

/// When a client may try again after the broker or the database was away, in seconds.
const RETRY_AFTER_SECS: u64 = 1;

/// The refusal of a request or of a frame. Faults of the server are logged where they become one of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// Stable and for programs.
    pub code: Code,
    /// What happened and what to do.
    pub detail: String,
    /// What is wrong with which field.
    pub errors: Vec<FieldError>,
    /// When it is worth trying again, in seconds.
    pub retry_after: Option<u64>,
}

impl ApiError {
    /// A refusal with a sentence for people.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after: None,
        }
    }

    /// A form with these faults.
    pub fn validation(errors: Vec<FieldError>) -> Self {
        let detail = "Correct the named fields and send the request again.";
        Self::new(Code::ValidationFailed, detail).with_errors(errors)
    }

    /// With what is wrong with which field.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// With the time after which it is worth trying again.
    #[must_use]
    pub fn retry_after(mut self, secs: u64) -> Self {
        self.retry_after = Some(secs);
        self
    }

    /// The room is not there, or not for this user; which of the two, nobody learns.
    pub fn room_not_found() -> Self {
        Self::new(Code::RoomNotFound, "There is no such room for you.")
    }

    /// The session is not there, or not of this user; which of the two, nobody learns.
    pub fn session_not_found() -> Self {
        Self::new(Code::SessionNotFound, "There is no such session of you.")
    }

    /// The user is not there, or not for this user; which of the two, nobody learns.
    pub fn user_not_found() -> Self {
        Self::new(Code::UserNotFound, "There is no such user for you.")
    }

    /// There is no valid access token.
    pub fn not_authenticated() -> Self {
        let detail = "Sign in, or refresh the access token, and send it as a bearer token.";
        Self::new(Code::NotAuthenticated, detail)
    }

    /// Something that is needed is away; `why` goes to the log only.
    pub fn unavailable(why: impl Display) -> Self {
        tracing::warn!(%why, "a request could not be served now");
        Self::overloaded()
    }

    /// There is too much to do right now; nothing is broken.
    pub fn overloaded() -> Self {
        let detail = "The service cannot answer right now. Try again in a moment.";
        Self::new(Code::Unavailable, detail).retry_after(RETRY_AFTER_SECS)
    }

    /// A fault of the server; `why` goes to the log only.
    pub fn internal(why: impl Display) -> Self {
        tracing::error!(%why, "a request failed");
        Self::new(
            Code::Internal,
            "Something went wrong on the server. Trying again may help.",
        )
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut problem = self.code.problem(self.detail);
        problem.errors = self.errors;
        let status =
            StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if self.code == Code::NotAuthenticated {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(secs) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(secs));
        }
        response
    }
}

impl From<ReadError> for ApiError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Unavailable(why) => Self::unavailable(why),
            // Another gateway, of the newer release, can serve it.
            ReadError::Newer { .. } => Self::unavailable(error),
            ReadError::Malformed { .. } => Self::internal(error),
        }
    }
}

impl From<PublishError> for ApiError {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Conflict => contended(),
            PublishError::Unavailable(_) | PublishError::Ambiguous => Self::unavailable(error),
            PublishError::Rejected(_) => Self::internal(error),
        }
    }
}

impl From<domain::room::Refused> for ApiError {
    fn from(refused: domain::room::Refused) -> Self {
        match refused {
            domain::room::Refused::NotAMember => Self::room_not_found(),
            other => Self::new(Code::from(other), sentence(&other)),
        }
    }
}

impl From<ChangeError> for ApiError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::NoSuchRoom => Self::room_not_found(),
            ChangeError::Refused(refused) => refused.into(),
            ChangeError::PairRefused(_) => Self::user_not_found(),
            ChangeError::Contended => contended(),
            ChangeError::Publish(error) => error.into(),
            ChangeError::Read(error) => error.into(),
        }
    }
}

impl From<DbErr> for ApiError {
    fn from(error: DbErr) -> Self {
        if is_passing(&error) {
            Self::unavailable(format_args!("database: {error}"))
        } else {
            Self::internal(format_args!("database: {error}"))
        }
    }
}

/// Whether the database says that a unique column has the value already.
pub fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

/// Whether a lock on SQLite was not granted in time: codes 5 and 6, whose extended forms keep them in the low byte.
pub fn is_busy(error: &DbErr) -> bool {
    driver_code(error).is_some_and(|code| {
        code.parse::<u32>()
            .is_ok_and(|code| matches!(code & 0xff, 5 | 6))
    })
}

/// Whether SQLite could not write or read its file: `SQLITE_IOERR`, `SQLITE_FULL`. A full disk can give either.
fn is_disk_trouble(error: &DbErr) -> bool {
    driver_code(error).is_some_and(|code| {
        code.parse::<u32>()
            .is_ok_and(|code| matches!(code & 0xff, 10 | 13))
    })
}

/// Whether the database is away, too busy or out of space, so that trying again later may help.
fn is_passing(error: &DbErr) -> bool {
    /// Connection exceptions, lack of resources, shutdown, lost races.
    const POSTGRES: [&str; 5] = ["08", "53", "57P", "40", "55P"];
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => {
            match cause.as_ref() {
                sqlx::Error::Database(_) => {
                    let code = driver_code(error).unwrap_or_default();
                    is_busy(error)
                        || is_disk_trouble(error)
                        || (code.len() == 5 && POSTGRES.iter().any(|class| code.starts_with(class)))
                }
                sqlx::Error::Io(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed => true,
                _ => false,
            }
        }
        _ => false,
    }
}

fn driver_code(error: &DbErr) -> Option<String> {
    let (DbErr::Conn(RuntimeErr::SqlxError(cause))
    | DbErr::Exec(RuntimeErr::SqlxError(cause))
    | DbErr::Query(RuntimeErr::SqlxError(cause))) = error
    else {
        return None;
    };
    Some(cause.as_database_error()?.code()?.into_owned())
}

fn contended() -> ApiError {
    ApiError::new(
        Code::Contended,
        "Others changed the same thing at the same time. Try again.",
    )
    .retry_after(RETRY_AFTER_SECS)
}

/// The error's text as a sentence.
fn sentence(error: &impl Display) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), chars.as_str()),
        None => text,
    }
}
