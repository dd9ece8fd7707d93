//! What matching knows of whoever waits: the profile as it is now, and what was learned.

use contract::problem::Code;
use domain::{
    FieldError, UserId,
    account::{DateOfBirth, parse_date},
    matching::model::PersonBeliefs,
    profile::Profile,
    ticket::Ticket,
};
use entities::matching_person;

use super::profile;
use crate::{error::ApiError, state::AppState};

/// What is about to be saved of a user.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Change {
    /// Nothing: what SQL says holds.
    Nothing,
    /// Another profile.
    Profile(Profile),
    /// What was learned is reset.
    Reset,
}

/// The user's profile after the change, if it is complete, and when the user was born.
///
/// # Errors
/// `profile_incomplete`, `unavailable`.
async fn complete_profile(
    state: &AppState,
    user: UserId,
    change: &Change,
) -> Result<(Profile, DateOfBirth), ApiError> {
    let (account, mut profile) = profile::load(state, user).await?;
    if let Change::Profile(new) = change {
        profile.clone_from(new);
    }
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
    Ok((profile, DateOfBirth(date_of_birth)))
}

/// What a ticket says of its owner.
#[derive(Debug, PartialEq)]
pub(super) struct About {
    profile: Profile,
    born: DateOfBirth,
    learned: Option<PersonBeliefs>,
}

impl About {
    /// Reads it from SQL: the matchmaker, which has the score to make, reads none.
    ///
    /// # Errors
    /// `profile_incomplete`, `unavailable`.
    pub(super) async fn of(state: &AppState, user: UserId) -> Result<Self, ApiError> {
        Self::after(state, user, &Change::Nothing).await
    }

    /// As SQL will have it after the change.
    ///
    /// # Errors
    /// `profile_incomplete`, `unavailable`.
    pub(super) async fn after(
        state: &AppState,
        user: UserId,
        change: &Change,
    ) -> Result<Self, ApiError> {
        let (profile, born) = complete_profile(state, user, change).await?;
        let learned = match change {
            Change::Reset => None,
            Change::Nothing | Change::Profile(_) => {
                matching_person::Entity::of(&state.db.read, user.0).await?
            }
        };
        Ok(Self {
            profile,
            born,
            learned,
        })
    }

    /// The ticket with this on it.
    pub(super) fn on(&self, state: &AppState, ticket: Ticket) -> Ticket {
        let mut interests = self.profile.interests.clone();
        interests.sort_unstable();
        let text = interests.join(", ").replace('_', " ");
        Ticket {
            features: self.profile.features(self.born.age_at(state.now())),
            born: Some(self.born),
            learned: self.learned,
            words: state.texts.vector(&text),
            bio: state.texts.biography(&self.profile.bio),
            incomplete: false,
            ..ticket
        }
    }
}
