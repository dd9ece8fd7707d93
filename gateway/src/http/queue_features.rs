//! What matching knows of whoever waits: the profile as it is now, and what was learned.

use broker::life::Versioned;
use contract::{api::TicketView, problem::Code};
use domain::{
    FieldError, UserId,
    account::{age_on, parse_date},
    matching::model::PersonBeliefs,
    profile::Profile,
    ticket::Ticket,
};
use entities::matching_person;

use super::{
    profile,
    queue::{ATTEMPTS, Enqueued, contended, is_undecided, replace, tell},
};
use crate::{error::ApiError, state::AppState};

/// The user's profile, if it is complete, and the user's age today.
///
/// # Errors
/// `profile_incomplete`, `unavailable`.
async fn complete_profile(state: &AppState, user: UserId) -> Result<(Profile, u8), ApiError> {
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
    Ok((profile, age_on(date_of_birth, today)))
}

/// What a ticket says of its owner, as SQL has it.
#[derive(Debug, PartialEq)]
pub(super) struct About {
    profile: Profile,
    age: u8,
    learned: Option<PersonBeliefs>,
}

impl About {
    /// Reads it from SQL: the matchmaker, which has the score to make, reads none.
    ///
    /// # Errors
    /// `profile_incomplete`, `unavailable`.
    pub(super) async fn of(state: &AppState, user: UserId) -> Result<Self, ApiError> {
        let (profile, age) = complete_profile(state, user).await?;
        let learned = matching_person::Entity::of(&state.db.read, user.0).await?;
        Ok(Self {
            profile,
            age,
            learned,
        })
    }

    /// The ticket with this on it.
    pub(super) fn on(&self, state: &AppState, ticket: Ticket) -> Ticket {
        let mut interests = self.profile.interests.clone();
        interests.sort_unstable();
        let text = interests.join(", ").replace('_', " ");
        Ticket {
            features: self.profile.features(self.age),
            learned: self.learned,
            words: state.texts.vector(&text),
            bio: state.texts.biography(&self.profile.bio),
            incomplete: false,
            ..ticket
        }
    }
}

/// Looks once more at what a ticket was made of: what was saved or reset since then has found no ticket to change. Whoever
/// saves later finds it. One that waited before may say what was true some time ago.
///
/// # Errors
/// `profile_incomplete` where nobody can wait with what was saved; `unavailable`.
pub(super) async fn catch_up(
    state: &AppState,
    user: UserId,
    about: &About,
    enqueued: &Enqueued,
) -> Result<(), ApiError> {
    let now = About::of(state, user).await;
    let is_new = matches!(enqueued, Enqueued::Now(_));
    if is_new && now.as_ref().is_ok_and(|now| now == about) {
        return Ok(());
    }
    follow_profile(state, user).await?;
    now.map(drop)
}

/// Makes a ticket agree with the user's profile: wishes are hard from the moment that they are saved, and what was
/// reset is out of it. It keeps its id and its age; with a profile that is no longer complete, nobody waits. Of an undecided
/// match, too: its ticket waits again where the other one does not come. One that cannot wait again keeps nothing of it.
///
/// # Errors
/// `unavailable`.
pub(super) async fn follow_profile(state: &AppState, user: UserId) -> Result<(), ApiError> {
    for _ in 0..ATTEMPTS {
        let Some(current) = state.broker.ticket(user).await? else {
            return Ok(());
        };
        let ticket = now_of(state, &current).await?;
        if ticket == current.value {
            return Ok(());
        }
        let leaves = current.value.is_waiting() && !ticket.is_waiting();
        if replace(state, current.becomes(ticket)).await? {
            if leaves {
                tell(state, user, &TicketView::none()).await;
            }
            return Ok(());
        }
    }
    Err(contended())
}

/// What the ticket is to say now.
async fn now_of(state: &AppState, current: &Versioned<Ticket>) -> Result<Ticket, ApiError> {
    let ticket = current.value.clone();
    if !may_wait(state, current).await? {
        return Ok(ticket.forgetting());
    }
    match About::of(state, ticket.user_id).await {
        Ok(about) => Ok(about.on(state, ticket)),
        Err(error) if error.code == Code::ProfileIncomplete => Ok(ticket.of_incomplete()),
        Err(error) => Err(error),
    }
}

/// Whether the ticket waits, or may do so again: a room that ends by a no-show moves it in the same batch, so a room that is
/// decided says so only where the ticket is still the same.
async fn may_wait(state: &AppState, ticket: &Versioned<Ticket>) -> Result<bool, ApiError> {
    let Some(room) = ticket.value.matched_room() else {
        return Ok(ticket.value.is_waiting());
    };
    if is_undecided(state, room).await? {
        return Ok(true);
    }
    let now = state.broker.ticket(ticket.value.user_id).await?;
    Ok(now.is_some_and(|now| now.seq != ticket.seq))
}
