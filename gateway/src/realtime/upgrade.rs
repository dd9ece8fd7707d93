//! From a request to a socket: everything that is checked before there is one.

use axum::{
    extract::{
        Path, Query, State,
        rejection::{PathRejection, QueryRejection},
        ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::{HeaderMap, header},
    response::Response,
};
use contract::{
    frames::{MAX_FRAME_BYTES, SUBPROTOCOL},
    problem::Code,
};
use domain::RoomId;

use super::{
    chat_session::{self, Admitted},
    notification_session,
    resume::ResumeQuery,
};
use crate::{
    auth::{Session, authenticate, bearer},
    chat::room_view::member_room,
    error::ApiError,
    state::AppState,
};

/// In front of the access token in a subprotocol.
const TOKEN_PREFIX: &str = "bearer.";
/// An idle socket costs little memory.
const READ_BUFFER_BYTES: usize = 4 * 1024;
/// A frame that is too large is read up to this, so that its sender can be told why the socket closes.
const READ_LIMIT_BYTES: usize = 4 * MAX_FRAME_BYTES;
const WRITE_BUFFER_BYTES: usize = 16 * 1024;
/// More than the largest frame, which is the hello with a page of rooms.
const WRITE_LIMIT_BYTES: usize = 8 * 1024 * 1024;

/// `GET /ws/chat/{room_id}`.
pub(super) async fn chat(
    State(state): State<AppState>,
    path: Result<Path<RoomId>, PathRejection>,
    query: Result<Query<ResumeQuery>, QueryRejection>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let session = admit(&state, &headers)?;
    let Ok(Path(room_id)) = path else {
        return Err(ApiError::room_not_found());
    };
    let room = member_room(&state, room_id, session.user_id).await?;
    let Query(query) =
        query.map_err(|error| ApiError::new(Code::ValidationFailed, error.body_text()))?;
    let claim = query.claim()?;
    let upgrade = configured(upgrade)?;
    let permit = state.hub.admit(&state)?;
    let admitted = Admitted {
        state,
        session,
        room,
        claim,
        permit,
    };
    Ok(upgrade.on_upgrade(|socket| Box::pin(chat_session::run(admitted, socket))))
}

/// `GET /ws/notifications`.
pub(super) async fn notifications(
    State(state): State<AppState>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let session = admit(&state, &headers)?;
    let upgrade = configured(upgrade)?;
    let permit = state.hub.admit(&state)?;
    Ok(upgrade.on_upgrade(move |socket| {
        Box::pin(notification_session::run(state, session, permit, socket))
    }))
}

fn admit(state: &AppState, headers: &HeaderMap) -> Result<Session, ApiError> {
    let http = &state.settings.http;
    let allowed = http.cors_allowed_origins.iter().chain([&http.public_url]);
    if !is_own_origin(headers, allowed.map(String::as_str)) {
        let detail =
            "Pages of another origin may not open sockets here; the operator can allow origins.";
        return Err(ApiError::new(Code::ForeignOrigin, detail));
    }
    let token = bearer(headers).or_else(|| token_in_subprotocol(headers));
    authenticate(state, token.ok_or_else(ApiError::not_authenticated)?)
}

fn configured(
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<WebSocketUpgrade, ApiError> {
    let upgrade = upgrade.map_err(|error| {
        let detail = format!("This is a WebSocket; ask for an upgrade to it: {error}");
        ApiError::new(Code::ValidationFailed, detail)
    })?;
    Ok(upgrade
        .protocols([SUBPROTOCOL])
        .read_buffer_size(READ_BUFFER_BYTES)
        .max_message_size(READ_LIMIT_BYTES)
        .max_frame_size(READ_LIMIT_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_write_buffer_size(WRITE_LIMIT_BYTES))
}

/// The token beside the subprotocol, which is how browsers can send one.
fn token_in_subprotocol(headers: &HeaderMap) -> Option<&str> {
    let offered = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL);
    let offered = || {
        offered
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
    };
    let ours = offered().any(|protocol| protocol.trim() == SUBPROTOCOL);
    let token = offered().find_map(|protocol| protocol.trim().strip_prefix(TOKEN_PREFIX));
    token.filter(|_| ours)
}

/// Browsers always say where a page comes from; others need not.
fn is_own_origin<'a>(headers: &HeaderMap, mut allowed: impl Iterator<Item = &'a str>) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let Some((origin, (scheme, authority))) = origin
        .to_str()
        .ok()
        .and_then(|origin| Some((origin, origin.split_once("://")?)))
    else {
        return false;
    };
    let default_port = if scheme.eq_ignore_ascii_case("https") {
        ":443"
    } else {
        ":80"
    };
    let plain = |authority: &str| {
        let authority = authority.to_ascii_lowercase();
        authority
            .strip_suffix(default_port)
            .map(str::to_owned)
            .unwrap_or(authority)
    };
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    host.is_some_and(|host| plain(host) == plain(authority))
        || allowed.any(|allowed| allowed.eq_ignore_ascii_case(origin))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        let value = |(name, value): &(HeaderName, &'static str)| {
            (name.clone(), HeaderValue::from_static(value))
        };
        pairs.iter().map(value).collect()
    }

    #[test]
    fn only_the_own_origin_and_the_allowed_ones_open_sockets() {
        let cases = [
            (None, "chat.example.org", true),
            (Some("https://chat.example.org"), "chat.example.org", true),
            (
                Some("https://chat.example.org"),
                "chat.example.org:443",
                true,
            ),
            (Some("http://127.0.0.1:8000"), "127.0.0.1:8000", true),
            (Some("http://127.0.0.1:8001"), "127.0.0.1:8000", false),
            (Some("https://evil.example.org"), "chat.example.org", false),
            (Some("https://app.example.org"), "chat.example.org", true),
            (Some("null"), "chat.example.org", false),
        ];
        for (origin, host, expected) in cases {
            let mut given = headers(&[(header::HOST, host)]);
            if let Some(origin) = origin {
                given.insert(header::ORIGIN, HeaderValue::from_static(origin));
            }
            let allowed = ["https://app.example.org"];
            assert_eq!(
                is_own_origin(&given, allowed.into_iter()),
                expected,
                "{origin:?} {host}"
            );
        }
    }

    #[test]
    fn a_browsers_token_stands_beside_the_subprotocol() {
        let offer = |value| headers(&[(header::SEC_WEBSOCKET_PROTOCOL, value)]);
        assert_eq!(
            token_in_subprotocol(&offer("webchat.v1, bearer.a.b.c")),
            Some("a.b.c")
        );
        assert_eq!(token_in_subprotocol(&offer("bearer.a.b.c")), None);
        assert_eq!(token_in_subprotocol(&offer("webchat.v1")), None);
    }
}
