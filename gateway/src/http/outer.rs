//! What is around every request: its id and its log line, headers, limits, and what becomes of a panic.

use std::{
    any::Any,
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request},
    http::{HeaderName, HeaderValue, Method, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    cors::CorsLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    trace::{DefaultOnResponse, TraceLayer},
};
use tracing::{Level, Span, field::Empty};

use super::headers::secure;
use crate::{error::ApiError, state::AppState};

/// No request takes longer; an upgrade to a socket is answered at once and lives on.
const REQUEST_WITHIN: Duration = Duration::from_secs(10);
/// They have time limits of their own, by what arrives.
const UPLOADS: [&str; 2] = ["/chat/rooms/{id}/files", "/users/me/avatar"];

/// Puts the layers around the routes.
pub fn layered(routes: Router, state: &AppState) -> Router {
    let http = &state.settings.http;
    let routes = routes
        .layer(DefaultBodyLimit::max(http.body_limit_bytes))
        .layer(from_fn(within_time))
        .layer(CatchPanicLayer::custom(|panic: Box<dyn Any + Send>| {
            panicked(panic.as_ref())
        }));
    with_cors(routes, &http.cors_allowed_origins)
        .layer(from_fn(secure))
        .layer(from_fn(measured))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(span)
                .on_response(DefaultOnResponse::new().level(Level::DEBUG))
                // Faults are logged where they happen, with their cause.
                .on_failure(()),
        )
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
}

/// The path and the ids in it, but no query, no header and no body: none of them may reach a log.
fn span(request: &Request) -> Span {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("", MatchedPath::as_str);
    let id = request.extensions().get::<RequestId>();
    let id = id
        .and_then(|id| id.header_value().to_str().ok())
        .unwrap_or_default();
    tracing::info_span!(
        "request",
        method = %request.method(),
        route,
        request_id = id,
        user_id = Empty,
        room_id = Empty,
    )
}

async fn within_time(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    if route.is_some_and(|route| UPLOADS.contains(&route.as_str())) {
        return next.run(request).await;
    }
    match tokio::time::timeout(REQUEST_WITHIN, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::unavailable("a request took too long").into_response(),
    }
}

/// Counts and times by route, never by path: a metric has few names.
async fn measured(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("other", MatchedPath::as_str).to_owned();
    let method = request.method().as_str().to_owned();
    let begun = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    let labels = [("route", route), ("method", method), ("status", status)];
    metrics::histogram!("webchat_http_request_seconds", &labels)
        .record(begun.elapsed().as_secs_f64());
    response
}

fn panicked(panic: &(dyn Any + Send)) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    ApiError::internal(format_args!("panic: {}", text.unwrap_or("without a text"))).into_response()
}

/// Pages of these origins may call the API; of no other but the own one.
fn with_cors(routes: Router, origins: &[String]) -> Router {
    if origins.is_empty() {
        return routes;
    }
    let origins: Vec<HeaderValue> = origins
        .iter()
        .filter_map(|origin| origin.parse().ok())
        .collect();
    let cors = CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .expose_headers([header::RETRY_AFTER, HeaderName::from_static("x-request-id")])
        .allow_credentials(true)
        .max_age(Duration::from_secs(3_600));
    routes.layer(cors)
}
