//! What precedes the rooms of an export.

use contract::export::{ExportHead, ExportedAvatar, ExportedRelation, ExportedReport};
use domain::{ReportId, RoomId, Timestamp, UserId, avatar::AvatarLevel};
use entities::{pair, report, session};
use sea_orm::Select;

use super::super::{devices, learned, profile, users::account_view};
use crate::{
    auth::CurrentUser,
    avatars::{self, Seen},
    error::ApiError,
    state::AppState,
};

/// Account, profile, avatar, what was learned, devices, likes, blocks, reports.
///
/// # Errors
/// `unavailable`.
pub(super) async fn of(state: &AppState, user: &CurrentUser) -> Result<ExportHead, ApiError> {
    let (account, profile) = profile::load(state, user.id).await?;
    let sessions = session::Entity::active_of(user.id.0, state.now().0, None);
    let sessions = Select::all(sessions, &state.db.read).await?;
    let pairs = Select::all(pair::Entity::of(user.id.0), &state.db.read).await?;
    let reports = Select::all(report::Entity::filed_by(user.id.0), &state.db.read).await?;
    let avatar = avatars::seen_at(state, user.id, AvatarLevel::Clear).await?;
    Ok(ExportHead {
        exported_at: state.now(),
        account: account_view(state, &account).await?,
        profile,
        avatar: avatar.map(shown),
        learned: learned::view(state, user.id).await?,
        sessions: sessions
            .into_iter()
            .map(|row| devices::view(row, user))
            .collect(),
        relations: pairs
            .iter()
            .filter_map(|pair| relation(user.id, pair))
            .collect(),
        reports: reports.into_iter().map(filed).collect(),
    })
}

fn shown(avatar: Seen) -> ExportedAvatar {
    ExportedAvatar {
        url: avatar.url(),
        content_type: Seen::CONTENT_TYPE.to_owned(),
        shown_at: avatar.shown_at,
    }
}

/// What the user has said about a peer; what the peer has said is theirs.
fn relation(user: UserId, pair: &pair::Model) -> Option<ExportedRelation> {
    let (liked, blocked) = if pair.low_user == user.0 {
        (pair.liked_by_low, pair.blocked_by_low)
    } else {
        (pair.liked_by_high, pair.blocked_by_high)
    };
    (liked || blocked).then(|| ExportedRelation {
        user_id: UserId(pair.peer_of(user.0)),
        liked,
        blocked,
    })
}

fn filed(row: report::Model) -> ExportedReport {
    ExportedReport {
        id: ReportId(row.id),
        user_id: UserId(row.reported_id),
        room_id: row.room_id.map(RoomId),
        reason: row.reason,
        detail: row.detail,
        created_at: Timestamp(row.created_at),
    }
}
