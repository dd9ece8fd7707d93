//! The match queue: joining, looking, leaving. The ticket is changed by compare-and-set, like everything on `LIFE`.

use axum::{extract::State, http::StatusCode};
use broker::{
    PublishError,
    life::{Versioned, Write},
};
use contract::{
    api::{TicketView, TicketViewState},
    live::{OUTLOOK_WITHIN, Outlook, OutlookRequest, UserNotice},
    problem::{Code, Problem},
    subjects,
};
use domain::{
    TicketId, UserId,
    matching::Features,
    ticket::{Gone, Ticket, TicketState},
};
use tracing::Instrument;
use uuid::Uuid;

use super::{
    json::Json,
    queue_features::About,
    queue_follow::catch_up,
    responses::{Limited, SignedInOnly},
};
use crate::{auth::CurrentUser, error::ApiError, state::AppState};

/// How often a change is tried again when others are faster: the matchmaker, or the user on another device.
pub(super) const ATTEMPTS: usize = 16;

/// Joins the queue. While waiting, joining again changes nothing.
#[utoipa::path(
    post, path = "/match/queue", tag = "match", security(("bearer" = [])),
    responses(
        (status = ACCEPTED, body = TicketView, description = "In the queue"),
        (status = CONFLICT, body = Problem, content_type = "application/problem+json", description = "`already_in_room`: a matched room is undecided"),
        (status = UNPROCESSABLE_ENTITY, body = Problem, content_type = "application/problem+json", description = "`profile_incomplete`, with what is missing"),
        SignedInOnly, Limited,
    )
)]
pub async fn join(
    State(state): State<AppState>,
    user: CurrentUser,
) -> Result<(StatusCode, Json<TicketView>), ApiError> {
    state.limits.check_queue(user.id)?;
    let work = async move { enter(&state, user.id).await };
    // A client that goes away does not keep the ticket from catching up.
    let view = tokio::spawn(work.in_current_span())
        .await
        .map_err(ApiError::internal)??;
    Ok((StatusCode::ACCEPTED, Json(view)))
}

async fn enter(state: &AppState, user: UserId) -> Result<TicketView, ApiError> {
    let about = About::of(state, user).await?;
    let enqueued = enqueue(state, user, &about).await?;
    catch_up(state, user, &about, &enqueued).await?;
    state.notifications.user_is_waiting(user);
    let (Enqueued::Now(ticket) | Enqueued::Before(ticket)) = &enqueued;
    let view = waiting(ticket);
    tell(state, user, &view).await;
    Ok(view)
}

/// The user's place in the queue.
#[utoipa::path(
    get, path = "/match/queue", tag = "match", security(("bearer" = [])),
    responses((status = OK, body = TicketView, description = "The place in the queue"), SignedInOnly)
)]
pub async fn read(
    State(state): State<AppState>,
    user: CurrentUser,
) -> Result<Json<TicketView>, ApiError> {
    Ok(Json(ticket_view(&state, user.id).await?))
}

/// Leaves the queue. Who is not in it has left it.
#[utoipa::path(
    delete, path = "/match/queue", tag = "match", security(("bearer" = [])),
    responses((status = NO_CONTENT, description = "Not in the queue"), SignedInOnly, Limited)
)]
pub async fn leave(
    State(state): State<AppState>,
    user: CurrentUser,
) -> Result<StatusCode, ApiError> {
    state.limits.check_queue(user.id)?;
    take_out(&state, user.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the user out of the queue, and says so to the user's devices.
///
/// # Errors
/// `unavailable`.
pub(super) async fn take_out(state: &AppState, user: UserId) -> Result<(), ApiError> {
    if dequeue(state, user).await? {
        tell(state, user, &TicketView::none()).await;
    }
    Ok(())
}

/// The user's place in the queue. A match counts until its room is decided.
///
/// # Errors
/// `unavailable`.
pub async fn ticket_view(state: &AppState, user: UserId) -> Result<TicketView, ApiError> {
    let Some(ticket) = state.broker.ticket(user).await? else {
        return Ok(TicketView::none());
    };
    let ticket = ticket.value;
    Ok(match ticket.state {
        TicketState::Waiting => {
            let outlook = outlook(state, user).await?;
            TicketView {
                estimated_wait_ms: outlook.estimated_wait_ms,
                filters: outlook.filters,
                ..waiting(&ticket)
            }
        }
        TicketState::Matched { room_id } if is_undecided(state, room_id).await? => TicketView {
            state: TicketViewState::Matched,
            room_id: Some(room_id),
            ..waiting(&ticket)
        },
        TicketState::Matched { .. } | TicketState::Gone { .. } => TicketView::none(),
    })
}

/// What the leading matchmaker says of a waiting user; nothing where it does not answer soon.
async fn outlook(state: &AppState, user_id: UserId) -> Result<Outlook, ApiError> {
    let request = OutlookRequest {
        user_id,
        asked_at: Some(state.now()),
    };
    let question = serde_json::to_vec(&request).map_err(ApiError::internal)?;
    let subject = subjects::LIVE_QUEUE_OUTLOOK.to_owned();
    let answer = state
        .broker
        .ask_live(subject, question, OUTLOOK_WITHIN)
        .await?;
    match answer {
        Some(answer) => serde_json::from_slice(&answer).map_err(ApiError::internal),
        None => Ok(Outlook::default()),
    }
}

/// Somebody is in the queue.
pub(super) enum Enqueued {
    /// By this call.
    Now(Ticket),
    /// Before it.
    Before(Ticket),
}

async fn enqueue(state: &AppState, user: UserId, about: &About) -> Result<Enqueued, ApiError> {
    for _ in 0..ATTEMPTS {
        let current = state.broker.ticket(user).await?;
        let seq = current.as_ref().map_or(0, |ticket| ticket.seq);
        if let Some(Versioned { value: ticket, .. }) = current {
            if ticket.is_waiting() {
                return Ok(Enqueued::Before(ticket));
            }
            if let Some(room) = ticket.matched_room()
                && is_undecided(state, room).await?
            {
                let detail = "You are in a matched room that is not decided yet. Go there, or leave it first.";
                return Err(ApiError::new(Code::AlreadyInRoom, detail));
            }
        }
        let id = TicketId(Uuid::now_v7());
        let ticket = Ticket::join(id, user, Features::default(), state.now());
        let ticket = about.on(state, ticket);
        if replace(state, Write::Ticket(Box::new(ticket.clone()), seq)).await? {
            return Ok(Enqueued::Now(ticket));
        }
    }
    Err(contended())
}

/// Whether this call took the user out of the queue.
async fn dequeue(state: &AppState, user: UserId) -> Result<bool, ApiError> {
    for _ in 0..ATTEMPTS {
        let Some(current) = state.broker.ticket(user).await? else {
            return Ok(false);
        };
        if !current.value.is_waiting() {
            return Ok(false);
        }
        let left = TicketState::Gone { why: Gone::Left };
        if replace(state, current.becomes(current.value.moved_to(left))).await? {
            return Ok(true);
        }
    }
    Err(contended())
}

/// `false` where the ticket has changed since it was read.
pub(super) async fn replace(state: &AppState, ticket: Write) -> Result<bool, ApiError> {
    match state.broker.commit(&[ticket]).await {
        Ok(_) => Ok(true),
        Err(PublishError::Conflict) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Whether the matched room is still to be decided.
///
/// # Errors
/// `unavailable`.
pub(super) async fn is_undecided(state: &AppState, room: domain::RoomId) -> Result<bool, ApiError> {
    let room = state.broker.room(room).await?;
    Ok(room.is_some_and(|room| !room.value.is_decided()))
}

fn waiting(ticket: &Ticket) -> TicketView {
    TicketView {
        ticket_id: Some(ticket.id),
        state: TicketViewState::Waiting,
        joined_at: Some(ticket.joined_at),
        estimated_wait_ms: None,
        room_id: None,
        filters: Vec::new(),
    }
}

/// Tells the user's other devices. It may be lost: they read the ticket again anyway.
pub(super) async fn tell(state: &AppState, user: UserId, ticket: &TicketView) {
    let notice = UserNotice::Ticket {
        ticket: ticket.clone(),
    };
    let told = match serde_json::to_vec(&notice) {
        Ok(notice) => state
            .broker
            .publish_core(subjects::live_user(user), notice)
            .await
            .map_err(|e| e.to_string()),
        Err(error) => Err(error.to_string()),
    };
    if let Err(error) = told {
        tracing::debug!(error, user_id = %user, "a ticket's change was not told");
    }
}

/// Others were faster again and again.
pub(super) fn contended() -> ApiError {
    PublishError::Conflict.into()
}
