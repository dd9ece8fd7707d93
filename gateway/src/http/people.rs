//! What is told of other users, and who may have to do with whom.

use std::collections::HashMap;

use contract::room::Member;
use domain::{
    UserId,
    account::{age_on, parse_date},
    matching::same_age_group,
};
use entities::user;
use sea_orm::Select;
use uuid::Uuid;

use crate::{error::ApiError, state::AppState};

/// How others see a user.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The name.
    pub display_name: String,
    /// The account is gone, and the name says so.
    pub deleted: bool,
}

impl Shown {
    fn deleted() -> Self {
        Self {
            display_name: "deleted user".to_owned(),
            deleted: true,
        }
    }

    /// How the user of this account is seen.
    pub(super) fn of(account: user::Model) -> Self {
        let display_name = match account.deleted_at {
            Some(_) => return Self::deleted(),
            None if account.display_name.is_empty() => account.username,
            None => account.display_name,
        };
        Self {
            display_name,
            deleted: false,
        }
    }
}

/// How others see some users.
#[derive(Debug)]
pub struct People(HashMap<UserId, Shown>);

impl People {
    /// Reads how these users are seen.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn read(state: &AppState, users: &[UserId]) -> Result<Self, ApiError> {
        let ids: Vec<Uuid> = users.iter().map(|user| user.0).collect();
        let accounts = Select::all(user::Entity::find_all(&ids), &state.db.read).await?;
        let shown = |account: user::Model| (UserId(account.id), Shown::of(account));
        Ok(Self(accounts.into_iter().map(shown).collect()))
    }

    /// How this one is seen; whoever has no row is gone.
    pub fn shown(&self, user: UserId) -> Shown {
        self.0.get(&user).cloned().unwrap_or_else(Shown::deleted)
    }

    /// This one as a member of a room.
    pub fn member(&self, id: UserId) -> Member {
        let Shown {
            display_name,
            deleted,
        } = self.shown(id);
        Member {
            id,
            display_name,
            deleted,
        }
    }
}

/// Whether the two may have to do with each other: both are there, and of one age group. Blocks the pair knows itself.
///
/// # Errors
/// `user_not_found` where they may not.
pub(super) async fn may_meet(state: &AppState, user: UserId, peer: UserId) -> Result<(), ApiError> {
    let today = state.now().to_datetime().date();
    let both = user::Entity::find_all(&[user.0, peer.0]);
    let accounts = Select::all(both, &state.db.read).await?;
    let ages: Vec<u8> = accounts
        .iter()
        .filter(|account| account.deleted_at.is_none())
        .filter_map(|account| parse_date(&account.date_of_birth))
        .map(|date_of_birth| age_on(date_of_birth, today))
        .collect();
    match ages.as_slice() {
        [one, other] if same_age_group(*one, *other) => Ok(()),
        _ => Err(ApiError::user_not_found()),
    }
}
