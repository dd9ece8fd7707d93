//! Whom the user likes and blocks.

use std::collections::HashMap;

use axum::extract::State;
use contract::{
    api::{BlockedUser, LikedUser, Page},
    problem::Problem,
};
use domain::UserId;
use entities::pair;
use sea_orm::{QuerySelect, Select};

use super::{
    json::Json,
    people::{DELETED_USER, display_names},
    query::PageQuery,
    responses::SignedInOnly,
};
use crate::{auth::CurrentUser, error::ApiError, state::AppState};

/// Whom the user likes, without those whom a block hides.
#[utoipa::path(
    get, path = "/users/me/likes", tag = "people", security(("bearer" = [])), params(PageQuery),
    responses(
        (status = OK, body = Page<LikedUser>, description = "One page of people"),
        (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json", description = "`validation_failed`"),
        SignedInOnly,
    )
)]
pub async fn likes(
    State(state): State<AppState>,
    user: CurrentUser,
    query: PageQuery,
) -> Result<Json<Page<LikedUser>>, ApiError> {
    let found = pair::Entity::liked_by(user.id.0, query.cursor);
    let peers = Peers::read(&state, user.id, found, query).await?;
    Ok(Json(peers.page(|id, display_name, pair| LikedUser {
        id,
        display_name,
        mutual: pair.liked_by_low && pair.liked_by_high,
    })))
}

/// Whom the user blocks.
#[utoipa::path(
    get, path = "/users/me/blocks", tag = "people", security(("bearer" = [])), params(PageQuery),
    responses(
        (status = OK, body = Page<BlockedUser>, description = "One page of people"),
        (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json", description = "`validation_failed`"),
        SignedInOnly,
    )
)]
pub async fn blocks(
    State(state): State<AppState>,
    user: CurrentUser,
    query: PageQuery,
) -> Result<Json<Page<BlockedUser>>, ApiError> {
    let found = pair::Entity::blocked_by(user.id.0, query.cursor);
    let peers = Peers::read(&state, user.id, found, query).await?;
    Ok(Json(peers.page(|id, display_name, _| BlockedUser {
        id,
        display_name,
    })))
}

/// One page of pairs, and the names of the user's peers in them.
struct Peers {
    user: UserId,
    pairs: Vec<pair::Model>,
    names: HashMap<UserId, String>,
    next_cursor: Option<String>,
}

impl Peers {
    async fn read(
        state: &AppState,
        user: UserId,
        found: Select<pair::Entity>,
        query: PageQuery,
    ) -> Result<Self, ApiError> {
        let mut pairs = Select::all(found.limit(query.rows()), &state.db.read).await?;
        let next_cursor = query.cut(&mut pairs, |pair| pair.peer_of(user.0));
        let peers: Vec<UserId> = pairs
            .iter()
            .map(|pair| UserId(pair.peer_of(user.0)))
            .collect();
        let names = display_names(state, &peers).await?;
        Ok(Self {
            user,
            pairs,
            names,
            next_cursor,
        })
    }

    fn page<T>(mut self, item: impl Fn(UserId, String, &pair::Model) -> T) -> Page<T> {
        let items = self.pairs.iter().map(|pair| {
            let peer = UserId(pair.peer_of(self.user.0));
            let name = self.names.remove(&peer);
            item(peer, name.unwrap_or_else(|| DELETED_USER.to_owned()), pair)
        });
        Page {
            items: items.collect(),
            next_cursor: self.next_cursor,
        }
    }
}
