//! What matching has learned of the user: nothing is hidden, and all of it can be taken back.

use axum::{extract::State, http::StatusCode};
use contract::api::LearnedView;
use domain::{
    UserId,
    matching::{in_words, model::PersonBeliefs},
};
use entities::matching_outcome;
use uuid::Uuid;

use super::{
    json::Json,
    queue_features::Change,
    queue_follow::save_and_follow,
    responses::{Limited, SignedInOnly},
};
use crate::{auth::CurrentUser, database::begin_write, error::ApiError, state::AppState};

const COUNTED: &str = "your own answers, and those answers of others that you know. Answers that stay private are used for \
                       matching and are never shown.";

/// What matching has learned of the user from decided conversations, beyond the profile, as far as the user could work it out:
/// from the own answers, and those of others that the outcome has shown.
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

/// What was learned of the user, as it is told: from what the user knows alone, as each other answer is private.
///
/// # Errors
/// `unavailable`.
pub(super) async fn view(state: &AppState, user: UserId) -> Result<LearnedView, ApiError> {
    let prior = &state.matching_prior;
    let seen = matching_outcome::Entity::seen_by(&state.db.read, user.0).await?;
    let since = seen.iter().map(|(_, decided_at)| *decided_at).min();
    let outcomes = seen.len();
    let seen = seen.into_iter().map(|(outcome, _)| outcome);
    let [generosity, appeal] = in_words(
        PersonBeliefs::of_own_outcomes(prior, seen),
        PersonBeliefs::of_somebody_new(prior),
        prior.people.generosity_to_appeal,
    );
    Ok(LearnedView {
        text: match outcomes {
            0 => "Nothing was learned yet: no conversation of yours was decided.".to_owned(),
            1 => format!("This comes from 1 decided conversation: {COUNTED}"),
            _ => format!("This comes from {outcomes} decided conversations: {COUNTED}"),
        },
        generosity,
        appeal,
        outcomes: outcomes as u64,
        since,
        model_version: prior.version.into(),
    })
}
