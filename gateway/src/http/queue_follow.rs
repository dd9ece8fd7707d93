//! Keeps a ticket at what is saved of its owner: wishes are hard from the moment that they are saved.

use std::time::Duration;

use broker::life::Versioned;
use contract::{api::TicketView, problem::Code};
use domain::{UserId, ticket::Ticket};
use tokio::time::sleep;
use tracing::Instrument;

use super::{
    queue::{ATTEMPTS, Enqueued, contended, is_undecided, replace, tell},
    queue_features::{About, Change},
};
use crate::{error::ApiError, state::AppState};

const FOLLOW_AGAIN_AFTER: Duration = Duration::from_secs(1);

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
    if let Err(error) = follow_saved(state, user).await {
        follow_later(state, user);
        return Err(error);
    }
    now.map(drop)
}

/// Saves a change, and no ticket is matched by what was before it once it is saved. Whoever asked may go away: the work is done to
/// its end.
///
/// The ticket is changed first and SQL second. A broker that is away then refuses the change before anything is saved; in the other
/// order SQL would have a wish, and the ticket, when the broker is back, would be matched by the one before. In the end the ticket is made to
/// agree with SQL once more: SQL may have refused, and somebody who joined or saved at the same time may have read SQL before
/// this change and written the ticket after it. They look again, too (`catch_up`), and where the broker is away in that
/// moment, the gateway goes on trying until the ticket agrees.
///
/// # Errors
/// Of `save`; `unavailable`, and then nothing is saved.
pub(super) async fn save_and_follow(
    state: &AppState,
    user: UserId,
    change: Change,
    save: impl Future<Output = Result<(), ApiError>> + Send + 'static,
) -> Result<(), ApiError> {
    let state = state.clone();
    let work = async move {
        let saved = match agree(&state, user, &change).await {
            Ok(()) => save.await,
            Err(error) => Err(error),
        };
        if saved.is_err() || follow_saved(&state, user).await.is_err() {
            follow_later(&state, user);
        }
        saved
    };
    tokio::spawn(work.in_current_span())
        .await
        .map_err(ApiError::internal)?
}

/// Makes a ticket agree with what is saved, as soon as the broker and SQL answer. Of somebody who is deleted there is nothing to
/// follow: the deletion takes the ticket out.
fn follow_later(state: &AppState, user: UserId) {
    let state = state.clone();
    let work = async move {
        let stop = state.leaving.clone();
        loop {
            match follow_saved(&state, user).await {
                Err(error) if error.code == Code::Unavailable => {}
                Err(error) if error.code == Code::NotAuthenticated => return,
                Err(error) => {
                    return tracing::error!(user_id = %user, code = error.code.as_str(), "a ticket does not follow what is saved");
                }
                Ok(()) => return,
            }
            tokio::select! {
                () = stop.requested() => return,
                () = sleep(FOLLOW_AGAIN_AFTER) => {}
            }
        }
    };
    tokio::spawn(work.in_current_span());
}

async fn follow_saved(state: &AppState, user: UserId) -> Result<(), ApiError> {
    agree(state, user, &Change::Nothing).await
}

/// Makes a ticket agree with what SQL says, or will say after the change. It keeps its id and its age; with a profile that is
/// no longer complete, nobody waits. Of an undecided match, too: its ticket waits again where the other one does not come. One
/// that cannot wait again keeps nothing of it.
///
/// # Errors
/// `unavailable`.
async fn agree(state: &AppState, user: UserId, change: &Change) -> Result<(), ApiError> {
    for _ in 0..ATTEMPTS {
        let Some(current) = state.broker.ticket(user).await? else {
            return Ok(());
        };
        let ticket = after(state, &current, change).await?;
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

/// What the ticket is to say.
async fn after(
    state: &AppState,
    current: &Versioned<Ticket>,
    change: &Change,
) -> Result<Ticket, ApiError> {
    let ticket = current.value.clone();
    if !may_wait(state, current).await? {
        return Ok(ticket.forgetting());
    }
    match About::after(state, ticket.user_id, change).await {
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
