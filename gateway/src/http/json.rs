//! JSON bodies, read strictly: malformed is 400, everything else that is wrong with a form is 422 and names its field.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use contract::problem::Code;
use domain::FieldError;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::error::ApiError;

/// A JSON body: of a request, read strictly, or of a response.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            let detail = "Send the body as JSON, with the content type application/json.";
            return Err(ApiError::new(Code::UnsupportedMediaType, detail));
        }
        let body = Bytes::from_request(request, state)
            .await
            .map_err(unreadable)?;
        parse(&body).map(Self)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let essence = value
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn unreadable(rejection: BytesRejection) -> ApiError {
    if rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE {
        ApiError::new(Code::PayloadTooLarge, "The body is too large.")
    } else {
        ApiError::new(Code::MalformedJson, "The body did not arrive whole.")
    }
}

/// Reads a form.
///
/// # Errors
/// `malformed_json`, or `validation_failed` with the first field that is wrong.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let value: Value = serde_json::from_slice(body).map_err(|error| {
        ApiError::new(
            Code::MalformedJson,
            format!("The body is not JSON: {error}."),
        )
    })?;
    if let Some(field) = field_with_nul(&value) {
        let fault = FieldError::new(&field, "invalid_characters", "U+0000 is not allowed.");
        return Err(ApiError::validation(vec![fault]));
    }
    if !value.is_object() {
        let fault = FieldError::new("", "wrong_type", "Send a JSON object.");
        return Err(ApiError::validation(vec![fault]));
    }
    // From the text again and not from the value: only so a field that stands twice is seen.
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        ApiError::validation(vec![field_error(&path, &error.into_inner().to_string())])
    })
}

/// The top-level field in whose name or value U+0000 stands.
fn field_with_nul(value: &Value) -> Option<String> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .find(|(name, value)| name.contains('\0') || has_nul(value))
            .map(|(name, _)| name.replace('\0', "\u{fffd}")),
        other => has_nul(other).then(String::new),
    }
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| name.contains('\0') || has_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// What serde says of a field, as a fault of the form.
fn field_error(path: &str, message: &str) -> FieldError {
    let message = match message.rfind(" at line ") {
        Some(end) => &message[..end],
        None => message,
    };
    let path = if path == "." { "" } else { path };
    let named = |code, prefix: &str, detail| {
        let name = message.strip_prefix(prefix)?;
        let end = name
            .find("`, expected")
            .or_else(|| name.find("`, there are"))
            .or_else(|| name.rfind('`'))?;
        Some(FieldError::new(&name[..end], code, detail))
    };
    named(
        "unknown_field",
        "unknown field `",
        "There is no such field; leave it out.",
    )
    .or_else(|| named("required", "missing field `", "This field is needed."))
    .or_else(|| {
        named(
            "duplicate_field",
            "duplicate field `",
            "Give this field once.",
        )
    })
    .unwrap_or_else(|| {
        let code = match message {
            _ if message.starts_with("invalid type") => "wrong_type",
            _ if message.starts_with("unknown variant") => "unknown_value",
            _ => "invalid_value",
        };
        FieldError::new(path, code, format!("This cannot be used: {message}."))
    })
}

#[cfg(test)]
mod tests {
    use contract::api::{LoginRequest, SendMessageRequest};

    use super::*;

    fn fault<T: DeserializeOwned>(body: &str) -> (String, String) {
        let Err(error) = parse::<T>(body.as_bytes()) else {
            panic!("accepted: {body}");
        };
        assert_eq!(error.code, Code::ValidationFailed);
        (error.errors[0].field.clone(), error.errors[0].code.clone())
    }

    #[test]
    fn what_is_wrong_with_a_form_is_named_by_field_and_code() {
        let cases = [
            (
                r#"{"username":"a","password":"b","x`, expected y":1}"#,
                "x",
                "unknown_field",
            ),
            (r#"{"username":"a"}"#, "password", "required"),
            (
                r#"{"username":"a","username":"b","password":"c"}"#,
                "username",
                "duplicate_field",
            ),
            (r#"{"username":1,"password":"c"}"#, "username", "wrong_type"),
            (
                r#"{"username":"a","password":"\u0000"}"#,
                "password",
                "invalid_characters",
            ),
            (r#"["a","b"]"#, "", "wrong_type"),
        ];
        for (body, field, code) in cases {
            assert_eq!(
                fault::<LoginRequest>(body),
                (field.to_owned(), code.to_owned()),
                "{body}"
            );
        }
        let bad_id = r#"{"client_id":"nonsense","text":"hi"}"#;
        assert_eq!(
            fault::<SendMessageRequest>(bad_id),
            ("client_id".to_owned(), "invalid_value".to_owned())
        );
    }

    #[test]
    fn only_what_is_no_json_at_all_is_malformed() {
        for body in [
            "",
            "{",
            "{\"username\":1,}",
            "\u{feff}{}",
            "{\"a\":\"\\ud800\"}",
        ] {
            let error = parse::<LoginRequest>(body.as_bytes()).unwrap_err();
            assert_eq!(error.code, Code::MalformedJson, "{body}");
        }
    }
}
