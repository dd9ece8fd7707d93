//! Whom the user likes and blocks.

use axum::extract::State;
use contract::{
    api::{BlockedUser, LikedUser, Page},
    problem::Problem,
};
use domain::{UserId, pair::Pair};
use entities::pair;
use sea_orm::{QuerySelect, Select};

use super::{
    json::Json,
    people::{People, Shown},
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
    let liked = peers.page(|id, shown, row| {
        Ok(LikedUser {
            id,
            display_name: shown.display_name,
            deleted: shown.deleted,
            mutual: as_told(row)?.was_mutual_like(),
        })
    })?;
    Ok(Json(liked))
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
    let blocked = peers.page(|id, shown, _| {
        Ok(BlockedUser {
            id,
            display_name: shown.display_name,
            deleted: shown.deleted,
        })
    })?;
    Ok(Json(blocked))
}

/// The pair as its last event carried it.
fn as_told(row: &pair::Model) -> Result<Pair, ApiError> {
    serde_json::from_value(row.document.clone()).map_err(ApiError::internal)
}

/// One page of pairs, and how the user's peers in them are seen.
struct Peers {
    user: UserId,
    pairs: Vec<pair::Model>,
    people: People,
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
        let people = People::read(state, &peers).await?;
        Ok(Self {
            user,
            pairs,
            people,
            next_cursor,
        })
    }

    fn page<T>(
        self,
        item: impl Fn(UserId, Shown, &pair::Model) -> Result<T, ApiError>,
    ) -> Result<Page<T>, ApiError> {
        let items = self.pairs.iter().map(|pair| {
            let peer = UserId(pair.peer_of(self.user.0));
            item(peer, self.people.shown(peer), pair)
        });
        Ok(Page {
            items: items.collect::<Result<_, _>>()?,
            next_cursor: self.next_cursor,
        })
    }
}
