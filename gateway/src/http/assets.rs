//! The web client's files, and what answers where there is none.

use std::path::Path;

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderValue, Method, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use contract::problem::Code;
use settings::SettingsError;
use tower::service_fn;
use tower_http::{compression::CompressionLayer, services::ServeDir};

use crate::{error::ApiError, state::AppState};

/// Looks whether the folder has the web client, so that an operator learns of a wrong one at once and not a user later.
///
/// # Errors
/// It names `http.static_dir`.
pub fn check(folder: &Path) -> Result<(), SettingsError> {
    if folder.join("index.html").is_file() {
        return Ok(());
    }
    let problem = format!(
        "{} has no index.html; name the folder of the web client",
        folder.display()
    );
    Err(SettingsError::about("http.static_dir", problem))
}

/// Serves the files of a folder; `index.html` for `/`.
pub fn routes(state: &AppState) -> Router<AppState> {
    let missing = service_fn(|_: Request| async { Ok::<_, std::convert::Infallible>(not_found()) });
    let files = ServeDir::new(&state.settings.http.static_dir)
        .call_fallback_on_method_not_allowed(true)
        .fallback(missing);
    Router::new()
        .fallback_service(files)
        .layer(CompressionLayer::new())
        .layer(from_fn(no_stale_files))
}

/// What a known path says to a method that it does not have.
pub async fn method_not_allowed(method: Method) -> ApiError {
    ApiError::new(
        Code::MethodNotAllowed,
        format!("{method} is not possible here."),
    )
}

fn not_found() -> Response<Body> {
    ApiError::new(Code::NotFound, "There is nothing at this address.").into_response()
}

/// Files have no version in their names: browsers keep them, and ask each time whether they are still the same.
async fn no_stale_files(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if response.status().is_success() || response.status().is_redirection() {
        let cache = HeaderValue::from_static("no-cache");
        response.headers_mut().insert(header::CACHE_CONTROL, cache);
    }
    response
}
