//! The OpenAPI document and its viewer. No request of the viewer leaves the origin.

use axum::{Router, routing::get};
use contract::problem::Problem;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document,
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::json::Json;
use crate::state::AppState;

const DESCRIPTION: &str = "Two people are brought together, talk for five minutes, and decide whether to keep the \
    conversation. Errors are RFC 9457 problem documents with a stable `code`. The sockets are described at \
    `/asyncapi.json`.";

#[derive(OpenApi)]
#[openapi(
    info(title = "WebChat", description = DESCRIPTION, license(name = "MIT")),
    components(schemas(Problem)),
    modifiers(&Bearer)
)]
struct Base;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut Document) {
        let mut scheme = Http::new(HttpAuthScheme::Bearer);
        scheme.bearer_format = Some("JWT".to_owned());
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// The document before the routes add themselves.
pub fn base() -> Document {
    Base::openapi()
}

/// `/openapi.json` and `/docs`.
pub fn routes(document: Document) -> Router<AppState> {
    let viewer = SwaggerUi::new("/docs").config(Config::from("/openapi.json"));
    let document = std::sync::Arc::new(document);
    Router::from(viewer).route("/openapi.json", get(async move || Json(document)))
}
