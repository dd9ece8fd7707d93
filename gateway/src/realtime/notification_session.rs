//! One notification socket.

use axum::extract::ws::WebSocket;
use contract::{
    api::TicketViewState,
    frames::{NotificationsClientFrame, NotificationsServerFrame},
};
use domain::{RoomId, UserId};

use super::{
    close_code::CloseCode,
    frame::{Frame, error_frame, refusal},
    guard::Guard,
    link::{Heard, Link},
    outbox::Outbox,
    parse,
    sockets::Permit,
    user_actor::Command,
};
use crate::{
    auth::Session,
    error::ApiError,
    http::{self, query::PageQuery},
    state::AppState,
};

/// Rooms in the hello: the first page of the list.
const ROOMS: u32 = 50;

/// Serves a socket until it ends.
pub(super) async fn run(state: AppState, session: Session, permit: Permit, socket: WebSocket) {
    let user = session.user_id;
    let open = state.notifications.socket_opened(&state, user);
    let guard = Guard::new(&state, session);
    let (outbox, frames) = Outbox::new(&state.settings.realtime);
    let joined = state.notifications.join(&state, user, &outbox).await;
    let hello = match &joined {
        Ok(_) => hello(&state, user).await,
        Err(error) => Err(error.clone()),
    };
    let online = joined
        .as_ref()
        .map_or(&[][..], |joined| joined.online.as_slice());
    let (opening, matched, outbox) = match hello {
        Ok((hello, matched)) => (opening(hello, online), matched, (outbox, frames)),
        // What was queued meanwhile is nothing without a hello before it.
        Err(error) => {
            tracing::debug!(user_id = %user, ?error, "a socket cannot be opened now");
            (Vec::new(), None, Outbox::closed(CloseCode::TryLater))
        }
    };
    let link = Link::open(&state, socket, &opening, outbox, guard)
        .with_farewell(&NotificationsServerFrame::SignedOut {});
    let Ok(joined) = joined else {
        return link.finish().await;
    };
    if let Some(room) = matched {
        // Told again with each hello, for as long as it is undecided.
        let _ = joined.commands.send(Command::Matched(room)).await;
    }
    let link = serve(&state, link).await;
    let leave = Command::Leave {
        socket: joined.socket,
    };
    // An actor that has ended knows of no sockets any more.
    let _ = joined.commands.send(leave).await;
    drop(open);
    link.finish().await;
    drop(permit);
}

/// The hello, and who is online now.
fn opening(hello: Frame, online: &[UserId]) -> Vec<Frame> {
    let presence = |user_id: &UserId| {
        Frame::from(&NotificationsServerFrame::Presence {
            user_id: *user_id,
            online: true,
        })
    };
    std::iter::once(hello)
        .chain(online.iter().map(presence))
        .collect()
}

/// The first frame, and the room of a match that is not decided yet.
async fn hello(state: &AppState, user: UserId) -> Result<(Frame, Option<RoomId>), ApiError> {
    let rooms = http::rooms::summaries(state, user, PageQuery::first(ROOMS))
        .await?
        .items;
    let ticket = http::queue::ticket_view(state, user).await?;
    let matched = ticket
        .room_id
        .filter(|_| ticket.state == TicketViewState::Matched);
    let hello = NotificationsServerFrame::Hello {
        rooms,
        ticket,
        server_time: state.now(),
    };
    Ok((Frame::from(&hello), matched))
}

async fn serve(state: &AppState, mut link: Link) -> Link {
    while let Heard::Text(text) = link.next(state, true).await {
        let frame = match parse::client_frame::<NotificationsClientFrame>(&text) {
            Ok(NotificationsClientFrame::Ping {}) => {
                parse::count_kind("ping");
                Frame::from(&NotificationsServerFrame::Pong {
                    server_time: state.now(),
                })
            }
            Ok(NotificationsClientFrame::Auth { access_token }) => {
                parse::count_kind("auth");
                match link.guard.renew(state, &access_token) {
                    Ok(expires_at) => Frame::from(&NotificationsServerFrame::AuthOk { expires_at }),
                    Err(error) => refusal(&error_frame(&error, None)),
                }
            }
            Err(error) => refusal(&error),
        };
        link.outbox().push(&frame);
    }
    link
}
