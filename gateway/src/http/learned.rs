//! What matching has learned of the user: nothing is hidden, and all of it can be taken back.

use axum::{extract::State, http::StatusCode};
use contract::api::LearnedView;
use domain::{
    Timestamp, UserId,
    matching::{
        in_words,
        model::{Belief, PersonBeliefs, Prior},
    },
};
use entities::{matching_model, matching_outcome, matching_person};
use uuid::Uuid;

use super::{
    json::Json,
    queue_features::follow_profile,
    responses::{Limited, SignedInOnly},
};
use crate::{auth::CurrentUser, database::begin_write, error::ApiError, state::AppState};

/// What matching has learned of the user from decided conversations, beyond the profile.
#[utoipa::path(
    get, path = "/users/me/learned", tag = "account", security(("bearer" = [])),
    responses((status = OK, body = LearnedView, description = "What was learned"), SignedInOnly)
)]
pub async fn learned(
    State(state): State<AppState>,
    user: CurrentUser,
) -> Result<Json<LearnedView>, ApiError> {
    Ok(Json(view(&state, user.id).await?))
}

/// Resets it. The user is new to matching from now on, also while waiting or in an undecided match; what was decided so far no longer counts for the
/// user when the model is made anew.
#[utoipa::path(
    delete, path = "/users/me/learned", tag = "account", security(("bearer" = [])),
    responses((status = NO_CONTENT, description = "Nothing is known of the user any more"), SignedInOnly, Limited)
)]
pub async fn reset_learned(
    State(state): State<AppState>,
    user: CurrentUser,
) -> Result<StatusCode, ApiError> {
    // It changes a waiting ticket, as joining does.
    state.limits.check_queue(user.id)?;
    let transaction = begin_write(&state.db).await?;
    matching_outcome::Entity::withdraw(&transaction, user.id.0, Uuid::new_v4()).await?;
    transaction.commit().await?;
    follow_profile(&state, user.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What was learned of the user, as it is told.
///
/// # Errors
/// `unavailable`.
pub(super) async fn view(state: &AppState, user: UserId) -> Result<LearnedView, ApiError> {
    let db = &state.db.read;
    let fresh = fresh(&state.matching_prior);
    let beliefs = matching_person::Entity::of(db, user.0).await?;
    let (outcomes, since) = matching_outcome::Entity::learned_of(db, user.0).await?;
    let model = matching_model::Entity::current(db).await?;
    let outcomes = outcomes.unsigned_abs();
    let kappa = state.matching_prior.people.generosity_to_appeal;
    let [generosity, appeal] = in_words(beliefs.unwrap_or(fresh), fresh, kappa);
    Ok(LearnedView {
        text: match outcomes {
            0 => "No decided conversation has taught matching anything about you.".to_owned(),
            1 => "This comes from 1 conversation that you and the other have decided.".to_owned(),
            _ => format!(
                "This comes from {outcomes} conversations that you and the others have decided."
            ),
        },
        generosity,
        appeal,
        outcomes,
        since: since.map(Timestamp),
        model_version: model.version.unsigned_abs(),
    })
}

/// What is believed of somebody new.
fn fresh(prior: &Prior) -> PersonBeliefs {
    let belief = |variance| Belief {
        mean: 0.0,
        variance,
    };
    PersonBeliefs {
        generosity: belief(prior.people.generosity_variance),
        appeal: belief(prior.people.appeal_variance),
    }
}
