//! What matching knows of whoever waits: the profile as it is now.

use contract::problem::Code;
use domain::{
    FieldError, UserId,
    account::{age_on, parse_date},
    matching::Features,
    ticket::Ticket,
};

use super::{
    profile,
    queue::{ATTEMPTS, contended, replace, take_out},
};
use crate::{error::ApiError, state::AppState};

/// What matching needs to know of the user, today.
///
/// # Errors
/// `profile_incomplete`, `unavailable`.
pub(super) async fn features_of(state: &AppState, user: UserId) -> Result<Features, ApiError> {
    let (account, profile) = profile::load(state, user).await?;
    let missing = profile.missing();
    if !missing.is_empty() {
        let fault =
            |field: &&str| FieldError::new(field, "required", "This is needed to be matched.");
        let detail = "Fill in what is missing in the profile, then join again.";
        return Err(ApiError::new(Code::ProfileIncomplete, detail)
            .with_errors(missing.iter().map(fault).collect()));
    }
    let date_of_birth = parse_date(&account.date_of_birth)
        .ok_or_else(|| ApiError::internal("an account's date of birth cannot be read"))?;
    let today = state.now().to_datetime().date();
    Ok(profile.features(age_on(date_of_birth, today)))
}

/// Makes a waiting ticket agree with the user's profile: wishes are hard from the moment that they are saved. It keeps
/// its id and its age; with a profile that is no longer complete, nobody waits.
///
/// # Errors
/// `unavailable`.
pub(super) async fn follow_profile(state: &AppState, user: UserId) -> Result<(), ApiError> {
    for _ in 0..ATTEMPTS {
        let Some(current) = state.broker.ticket(user).await? else {
            return Ok(());
        };
        if !current.value.is_waiting() {
            return Ok(());
        }
        let features = match features_of(state, user).await {
            Ok(features) => features,
            Err(error) if error.code == Code::ProfileIncomplete => {
                return take_out(state, user).await;
            }
            Err(error) => return Err(error),
        };
        let ticket = Ticket {
            features,
            ..current.value.clone()
        };
        if ticket == current.value || replace(state, current.becomes(ticket)).await? {
            return Ok(());
        }
    }
    Err(contended())
}
