//! What matching has learned of the user: nothing is hidden, and all of it can be taken back.

use axum::{extract::State, http::StatusCode};
use contract::api::LearnedView;
use domain::{
    UserId,
    matching::{
        HIDDEN_TOGETHER, in_words,
        model::{Belief, PersonBeliefs, Prior},
    },
};
use entities::{matching_outcome, matching_telling};
use uuid::Uuid;

use super::{
    json::Json,
    queue_features::Change,
    queue_follow::save_and_follow,
    responses::{Limited, SignedInOnly},
};
use crate::{auth::CurrentUser, database::begin_write, error::ApiError, state::AppState};

/// What matching has learned of the user from decided conversations, beyond the profile, as far as no single answer of
/// somebody else can be read from it.
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
    let save = withdraw(state.clone(), user.id);
    save_and_follow(&state, user.id, Change::Reset, save).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn withdraw(state: AppState, user: UserId) -> Result<(), ApiError> {
    // Whatever the broker has stored of decisions is then before the reset, by the broker's own time.
    state.broker.synchronise_clock().await?;
    let transaction = begin_write(&state.db).await?;
    let (nobody, now) = (Uuid::new_v4(), state.now().0);
    matching_outcome::Entity::withdraw(&transaction, user.0, nobody, now).await?;
    Ok(transaction.commit().await?)
}

/// What was learned of the user, as it is told: not as it stands after each single answer of somebody else, which is private.
///
/// # Errors
/// `unavailable`.
pub(super) async fn view(state: &AppState, user: UserId) -> Result<LearnedView, ApiError> {
    let fresh = fresh(&state.matching_prior);
    let telling = matching_telling::Entity::of(&state.db.read, user.0).await?;
    let kappa = state.matching_prior.people.generosity_to_appeal;
    let beliefs = telling.told.map_or(fresh, |told| told.beliefs);
    let [generosity, appeal] = in_words(beliefs, fresh, kappa);
    let outcomes = telling.told.map_or(0, |told| told.outcomes);
    Ok(LearnedView {
        text: match outcomes {
            0 => format!(
                "Nothing is told yet. What others answered is private, so it is told for {HIDDEN_TOGETHER} conversations at a time."
            ),
            1 => "This comes from 1 conversation that you and the other have decided.".to_owned(),
            _ => format!(
                "This comes from {outcomes} conversations that you and the others have decided."
            ),
        },
        generosity,
        appeal,
        outcomes,
        since: telling.since.filter(|_| outcomes > 0),
        model_version: telling.told.map_or(0, |told| told.model_version),
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
