//! The form of an upload, read as it comes: one field `file`, and no piece of it waited for without end.

use axum::{
    extract::{
        FromRequest, Multipart, Request,
        multipart::{Field, MultipartError},
    },
    http::{StatusCode, header},
};
use bytes::Bytes;
use contract::problem::Code;
use domain::{FieldError, file::FileKind};

use super::{held::Held, pace::Pace};
use crate::{error::ApiError, state::AppState};

/// The only field.
const FIELD: &str = "file";
/// So much of a body is read before it is given up, also of one that was refused.
pub const BODY_MAX_BYTES: usize = 64 * 1024 * 1024;

/// A form that is being read.
#[derive(Debug)]
pub struct Form {
    parts: Multipart,
    pace: Pace,
}

/// The file in a form.
#[derive(Debug)]
pub struct FileField<'a> {
    field: Field<'a>,
    pace: Pace,
}

/// A picture as it comes.
#[derive(Debug, Default)]
pub struct InMemory(Vec<u8>);

impl InMemory {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// `payload_too_large` where they are more than any picture may have.
    pub fn extend(&mut self, piece: &[u8]) -> Result<(), ApiError> {
        let max_bytes = FileKind::Image.max_bytes();
        let length = self.0.len() + piece.len();
        if length as u64 > max_bytes {
            return Err(too_large(max_bytes));
        }
        if length > self.0.capacity() {
            // Twice as much as there is, as a vector grows, but never more than there can be.
            let doubled = (2 * length).min(usize::try_from(max_bytes).unwrap_or(usize::MAX));
            self.0.reserve_exact(doubled - self.0.len());
        }
        self.0.extend_from_slice(piece);
        Ok(())
    }

    /// All of it.
    pub fn whole(self) -> Bytes {
        self.0.into()
    }
}

impl Form {
    /// Begins to read.
    ///
    /// # Errors
    /// `unsupported_media_type` where it is no form with files; `payload_too_large` where it says that it is larger than any body.
    pub async fn of(request: Request, state: &AppState) -> Result<Self, ApiError> {
        if promised(&request).is_some_and(|length| length > BODY_MAX_BYTES) {
            return Err(too_large(domain::file::FILE_MAX_BYTES));
        }
        let held = Held::default();
        let parts = Multipart::from_request(held.meter(request), &()).await;
        let parts = parts.map_err(|_| {
            let detail = "Send the file as multipart/form-data, in a field named file.";
            ApiError::new(Code::UnsupportedMediaType, detail)
        })?;
        let pace = Pace::begin(&state.settings.files, state.uploads_end.clone(), held);
        Ok(Self { parts, pace })
    }

    /// The file, which comes first and alone.
    ///
    /// # Errors
    /// `validation_failed` where something else comes, or nothing; `upload_timeout`; `payload_too_large` where what is said of
    /// it has no end.
    pub async fn file(&mut self) -> Result<FileField<'_>, ApiError> {
        let pace = self.pace.clone();
        let field = pace.wait(self.parts.next_field()).await?;
        let field = field.ok_or_else(|| refused("required", "Send a file in this field."))?;
        match field.name() {
            Some(FIELD) => Ok(FileField { field, pace }),
            other => {
                let name = other.unwrap_or_default().replace('\0', "\u{fffd}");
                let detail = "There is no such field; leave it out.";
                let fault = FieldError::new(&name, "unknown_field", detail);
                Err(ApiError::validation(vec![fault]))
            }
        }
    }

    /// The next field of a form that has several; `None` at its end.
    ///
    /// # Errors
    /// `validation_failed` where it did not arrive whole; `upload_timeout`.
    pub async fn field(&mut self) -> Result<Option<FileField<'_>>, ApiError> {
        let pace = self.pace.clone();
        let field = pace.wait(self.parts.next_field()).await?;
        Ok(field.map(|field| FileField { field, pace }))
    }

    /// Makes sure that nothing follows.
    ///
    /// # Errors
    /// `validation_failed` where something does; `upload_timeout`.
    pub async fn finish(&mut self) -> Result<(), ApiError> {
        match self.pace.wait(self.parts.next_field()).await? {
            None => Ok(()),
            Some(_) => Err(refused(
                "too_many",
                "Send one file at a time, and nothing else.",
            )),
        }
    }
}

impl FileField<'_> {
    /// What the form calls it.
    pub fn field_name(&self) -> String {
        self.field.name().unwrap_or_default().to_owned()
    }

    /// The name that the client gives it.
    pub fn name(&self) -> String {
        self.field.file_name().unwrap_or_default().to_owned()
    }

    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// `validation_failed` where it did not arrive whole; `upload_timeout`; `payload_too_large` beyond the size of any body.
    pub async fn next(&mut self) -> Result<Option<Bytes>, ApiError> {
        self.pace.wait(self.field.chunk()).await
    }
}

/// How long a body says that it is.
pub(super) fn promised(request: &Request) -> Option<usize> {
    let length = request.headers().get(header::CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

/// What is wrong with the file.
pub fn refused(code: &str, detail: impl Into<String>) -> ApiError {
    ApiError::validation(vec![FieldError::new(FIELD, code, detail)])
}

/// The file is larger than anybody may send.
pub fn too_large(max_bytes: u64) -> ApiError {
    let mib = max_bytes / (1024 * 1024);
    let detail = format!("The file is too large. Send at most {mib} MB.");
    ApiError::new(Code::PayloadTooLarge, detail)
}

/// What became of a form that cannot be read on.
pub(super) fn broken(error: &MultipartError) -> ApiError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_large(domain::file::FILE_MAX_BYTES);
    }
    refused(
        "incomplete",
        "The file did not arrive whole. Send it again.",
    )
}
