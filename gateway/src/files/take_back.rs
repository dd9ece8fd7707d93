//! An upload that its owner does not want to send.

use contract::problem::Code;
use domain::{FileId, UserId};
use entities::file;
use sea_orm::Select;

use super::give::not_found;
use crate::{error::ApiError, state::AppState};

/// Takes back a file of the user that no message has taken. Its objects follow; nobody can have it from now on.
///
/// # Errors
/// `file_not_found` where it is not there or not the user's; `file_sent` where a message has taken it, also one that is on its
/// way; `unavailable`.
pub async fn take_back(state: &AppState, user: UserId, id: FileId) -> Result<(), ApiError> {
    let now = state.now().0;
    if file::Entity::take_back(&state.db.write, id.0, user.0, now).await? {
        return Ok(());
    }
    let row = Select::one(file::Entity::present(id.0), &state.db.write).await?;
    if row.is_none_or(|row| row.owner_id != user.0) {
        return Err(not_found());
    }
    let detail = "The file was sent with a message, and stays as long as that does.";
    Err(ApiError::new(Code::FileSent, detail))
}
