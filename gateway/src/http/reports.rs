//! Reporting a user to the moderators.

use axum::{extract::State, http::StatusCode};
use contract::{
    api::{ReportFiled, ReportRequest},
    message::Message,
    problem::Problem,
    public_events::Fact,
};
use domain::{
    FieldError, ReportId, RoomId, UserId,
    pair::{Input, PairKey},
    report::{EVIDENCE_MESSAGES, kept_detail, validate_detail, validate_reason},
};
use entities::{avatar, expiry, report, report_evidence, user};
use sea_orm::Select;
use uuid::Uuid;

use super::{
    json::Json,
    responses::{Limited, OfUser, ReadsForm},
};
use crate::{
    auth::{CurrentUser, UserPath},
    chat::{history, room_view::member_room, rows::signed},
    database::begin_write,
    error::ApiError,
    files::links::unsigned,
    public_events,
    state::AppState,
};

/// Reports a user. The room's last messages are kept with the report, and neither the room's others nor the avatar that the user
/// shows go while it is open. The two are not matched any more. The reported user is told nothing.
#[utoipa::path(
    post, path = "/users/{id}/report", tag = "people", security(("bearer" = [])), params(("id" = UserId, Path)),
    request_body = ReportRequest,
    responses(
        (status = CREATED, body = ReportFiled, description = "The report is filed"),
        (status = NOT_FOUND, body = Problem, content_type = "application/problem+json", description = "`user_not_found`, or `room_not_found`: no room of you two"),
        ReadsForm, OfUser, Limited,
    )
)]
pub async fn report(
    State(state): State<AppState>,
    user: CurrentUser,
    reported: UserPath,
    Json(form): Json<ReportRequest>,
) -> Result<(StatusCode, Json<ReportFiled>), ApiError> {
    state.limits.check_report(user.id)?;
    check(user.id, reported.0, &form)?;
    let evidence = match form.room_id {
        Some(room) => evidence(&state, user.id, reported.0, room).await?,
        None => Vec::new(),
    };
    keep_apart(&state, user.id, reported.0).await?;
    let filed = file(&state, user.id, reported.0, form, evidence).await?;
    Ok((StatusCode::CREATED, Json(filed)))
}

fn check(user: UserId, reported: UserId, form: &ReportRequest) -> Result<(), ApiError> {
    let oneself = FieldError::new("id", "oneself", "Name somebody else.");
    let faults: Vec<_> = [
        (user == reported).then_some(oneself),
        validate_reason(&form.reason),
        form.detail.as_deref().and_then(validate_detail),
    ]
    .into_iter()
    .flatten()
    .collect();
    match faults.is_empty() {
        true => Ok(()),
        false => Err(ApiError::validation(faults)),
    }
}

/// The last messages of a room of the two.
async fn evidence(
    state: &AppState,
    user: UserId,
    reported: UserId,
    room: RoomId,
) -> Result<Vec<Message>, ApiError> {
    let of_both = member_room(state, room, user).await?;
    if !of_both.has_member(reported) {
        return Err(ApiError::room_not_found());
    }
    let page = history::page(state, room, None, None, EVIDENCE_MESSAGES).await?;
    Ok(page.items)
}

/// From now on the matchmaker does not bring the two together. First, so that no report is acknowledged that does not count yet:
/// what could not be filed then is filed by trying again.
async fn keep_apart(state: &AppState, reporter: UserId, reported: UserId) -> Result<(), ApiError> {
    let of_active = user::Entity::find_active(reported.0);
    let pair = PairKey::of(reporter, reported).ok_or_else(ApiError::user_not_found)?;
    if Select::one(of_active, &state.db.read).await?.is_none() {
        return Err(ApiError::user_not_found());
    }
    let report = Input::Report { by: reporter };
    state.broker.change_pair(pair, report).await?;
    Ok(())
}

async fn file(
    state: &AppState,
    reporter: UserId,
    reported: UserId,
    form: ReportRequest,
    evidence: Vec<Message>,
) -> Result<ReportFiled, ApiError> {
    let (id, now) = (Uuid::now_v7(), state.now());
    let mut report = report::Model {
        id,
        reporter_id: reporter.0,
        reported_id: reported.0,
        room_id: form.room_id.map(|room| room.0),
        avatar_version: None,
        reason: form.reason,
        detail: kept_detail(form.detail),
        state: report::OPEN.to_owned(),
        created_at: now.0,
        closed_at: None,
    };
    let evidence = evidence.into_iter().map(|message| kept(id, message));
    let evidence = evidence.collect::<Result<Vec<_>, _>>()?;
    let transaction = begin_write(&state.db).await?;
    // Of a deleted user, nothing is kept any more. Nobody changes the avatar meanwhile.
    if !user::Entity::hold_active_alone(&transaction, reported.0).await? {
        return Err(ApiError::user_not_found());
    }
    if !user::Entity::hold_active(&transaction, reporter.0).await? {
        return Err(ApiError::not_authenticated());
    }
    let remains = match report.room_id {
        Some(room) => expiry::Entity::hold(&transaction, room).await?,
        None => true,
    };
    // What has gone meanwhile is no evidence: its files have gone, too.
    let evidence = if remains { evidence } else { Vec::new() };
    report.avatar_version = avatar::Entity::version_of(&transaction, reported.0).await?;
    report::Entity::file(&transaction, report, evidence).await?;
    let fact = Fact::UserReported { user_id: reported };
    public_events::tell(&transaction, fact, now).await?;
    transaction.commit().await?;
    Ok(ReportFiled {
        id: ReportId(id),
        created_at: now,
    })
}

fn kept(report_id: Uuid, message: Message) -> Result<report_evidence::Model, ApiError> {
    let attachments: Vec<_> = message.attachments.into_iter().map(unsigned).collect();
    Ok(report_evidence::Model {
        report_id,
        seq: signed(message.seq),
        message_id: message.id.0,
        sender_id: message.sender_id.0,
        text: message.text,
        attachments: serde_json::to_value(&attachments).map_err(ApiError::internal)?,
        sent_at: message.sent_at.0,
    })
}
