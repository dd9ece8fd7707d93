//! What is wrong with one field of a form.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One fault of one field: `code` is stable and for programs, `detail` is a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// Name of the field as it stands in the request.
    pub field: String,
    /// Stable code, for example `too_short`.
    pub code: String,
    /// What is wrong and what would be right.
    pub detail: String,
}

impl FieldError {
    /// Builds a field error from its three parts.
    pub fn new(field: &str, code: &str, detail: impl Into<String>) -> Self {
        Self {
            field: field.to_owned(),
            code: code.to_owned(),
            detail: detail.into(),
        }
    }
}
