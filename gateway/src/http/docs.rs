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

/// Names each operation `<tag>_<handler>`: handlers are named within their module, operations within the document.
fn name_operations(mut document: Document) -> Document {
    let items = document.paths.paths.values_mut();
    let operations = items.flat_map(|item| {
        [
            item.get.as_mut(),
            item.post.as_mut(),
            item.put.as_mut(),
            item.patch.as_mut(),
            item.delete.as_mut(),
        ]
    });
    for operation in operations.flatten() {
        let tag = operation.tags.iter().flatten().next();
        if let (Some(tag), Some(handler)) = (tag, &operation.operation_id) {
            operation.operation_id = Some(format!("{tag}_{handler}"));
        }
    }
    document
}

/// `/openapi.json` and `/docs`.
pub fn routes(document: Document) -> Router<AppState> {
    let viewer = SwaggerUi::new("/docs").config(Config::from("/openapi.json"));
    let document = std::sync::Arc::new(name_operations(document));
    Router::from(viewer).route("/openapi.json", get(async move || Json(document)))
}
