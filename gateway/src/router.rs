//! All routes in one table.

use axum::{Router, extract::DefaultBodyLimit, middleware::from_fn_with_state, routing::get};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    files::{form::BODY_MAX_BYTES, linger::lingering},
    http::{
        assets, asyncapi, auth, avatars, deletion, devices, docs, export, files, health, learned,
        lifecycle, messages, outer, password, peer, profile, queue, relation_lists, relations,
        reports, rooms, users,
    },
    limits::limit_sign_in,
    realtime,
    state::AppState,
};

/// Everything that a gateway serves.
pub fn router(state: &AppState) -> Router {
    let (api, document) = api(state).split_for_parts();
    let routes = api
        .merge(realtime::routes())
        .route("/asyncapi.json", get(asyncapi::get_document))
        .route("/ws/docs", get(asyncapi::get_page))
        .merge(docs::routes(document))
        .merge(assets::routes(state))
        .method_not_allowed_fallback(assets::method_not_allowed)
        .with_state(state.clone());
    outer::layered(routes, state)
}

fn api(state: &AppState) -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(docs::base())
        .merge(sign_in(state))
        .routes(routes!(password::change))
        .routes(routes!(devices::list))
        .routes(routes!(devices::sign_out))
        .routes(routes!(export::export))
        .routes(routes!(users::me, users::update_me, deletion::delete_me))
        .routes(routes!(profile::read, profile::replace))
        .routes(routes!(profile::profile_options))
        .routes(routes!(learned::learned, learned::reset_learned))
        .routes(routes!(relations::like, relations::unlike))
        .routes(routes!(relations::block, relations::unblock))
        .routes(routes!(peer::read))
        .routes(routes!(relation_lists::likes))
        .routes(routes!(relation_lists::blocks))
        .routes(routes!(reports::report))
        .routes(routes!(queue::join, queue::read, queue::leave))
        .routes(routes!(rooms::open, rooms::list))
        .routes(routes!(rooms::read))
        .routes(routes!(messages::read, messages::send))
        .merge(uploads(state))
        .routes(routes!(files::read, files::remove))
        .routes(routes!(avatars::read_avatar))
        .routes(routes!(avatars::remove_avatar))
        .routes(routes!(files::read_thumbnail))
        .routes(routes!(lifecycle::leave))
        .routes(routes!(lifecycle::keep))
        .routes(routes!(lifecycle::like))
        .routes(routes!(lifecycle::start))
        .routes(routes!(lifecycle::respond))
        .routes(routes!(lifecycle::extend))
        .routes(routes!(lifecycle::status))
        .routes(routes!(health::health))
        .routes(routes!(health::livez))
        .routes(routes!(health::readyz))
}

/// Bodies that are larger than any other, and are read as they come.
fn uploads(state: &AppState) -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(files::upload))
        .routes(routes!(avatars::replace_avatar))
        .route_layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .route_layer(from_fn_with_state(state.clone(), lingering))
}

fn sign_in(state: &AppState) -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(auth::register))
        .routes(routes!(auth::login))
        .routes(routes!(auth::refresh))
        .routes(routes!(auth::logout))
        .route_layer(from_fn_with_state(state.clone(), limit_sign_in))
}
