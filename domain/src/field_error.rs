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
    /// Of a field that is a list: those of its values that it is about, where it is not about all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

impl FieldError {
    /// Builds a field error from its three parts.
    pub fn new(field: &str, code: &str, detail: impl Into<String>) -> Self {
        Self {
            field: field.to_owned(),
            code: code.to_owned(),
            detail: detail.into(),
            values: Vec::new(),
        }
    }

    /// About these values of the field.
    #[must_use]
    pub fn about(mut self, values: impl IntoIterator<Item = impl ToString>) -> Self {
        self.values = values.into_iter().map(|value| value.to_string()).collect();
        self
    }
}
