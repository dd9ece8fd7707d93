//! The first frames of a chat socket: the hello, and what the client missed.

use std::time::Duration;

use contract::{
    frames::ChatServerFrame,
    message::Message,
    room::{MemberState, RoomHello, RoomStatus},
    streams::CHAT,
};
use domain::{RoomId, UserId};
use tokio::time::sleep;

use super::{
    frame::Frame,
    resume::{Available, Claim, Resume, begins_whole, decide},
    room_joining::Joined,
};
use crate::{
    chat::{
        history::{self, HistoryPage},
        lookup,
    },
    error::ApiError,
    http,
    state::AppState,
};

/// On a cluster a replica may not have the newest message yet.
const REPLAY_ATTEMPTS: u32 = 20;
const REPLAY_PAUSE: Duration = Duration::from_millis(50);

/// The hello, and the messages after `claim.after` if all of them are to be had.
///
/// # Errors
/// The broker or the database is away.
pub(super) async fn frames(
    state: &AppState,
    joined: &Joined,
    user: UserId,
    claim: Option<Claim>,
) -> Result<Vec<Frame>, ApiError> {
    let room = joined.room_then.id;
    let missed = match claim {
        None => Some(Vec::new()),
        Some(claim) => {
            let resume = way_back(state, joined, claim).await?;
            let missed = missed(state, room, resume, joined.last_seq).await?;
            let most_bytes = state.settings.realtime.outbound_bytes;
            let missed = missed.and_then(|messages| frames_within(most_bytes, messages));
            let outcome = if missed.is_some() {
                "recovered"
            } else {
                "lost"
            };
            metrics::counter!("webchat_resumes_total", "outcome" => outcome).increment(1);
            missed
        }
    };
    let hello = ChatServerFrame::Hello {
        epoch: joined.epoch,
        last_seq: joined.last_seq,
        stored_seq: joined.stored_seq,
        recovered: missed.is_some(),
        server_time: state.now(),
        room: room_hello(state, joined, user).await?,
    };
    let mut opening = vec![Frame::from(&hello)];
    opening.extend(missed.unwrap_or_default());
    Ok(opening)
}

/// How the client catches up.
async fn way_back(state: &AppState, joined: &Joined, claim: Claim) -> Result<Resume, ApiError> {
    let stream = state.broker.stream_state(&CHAT).await?;
    let available = Available {
        epoch: stream.epoch,
        last_seq: joined.last_seq,
        stream_begins: stream.first_seq,
        floor: state.floors.known().await?.floor,
        hole: stream.hole(),
    };
    let resume = match stream.epoch == joined.epoch {
        true => decide(Some(claim), available),
        false => Resume::Lost,
    };
    match (resume, claim.id) {
        (Resume::Lost, _) | (_, None) => Ok(resume),
        (_, Some(id)) => {
            let room = joined.room_then.id;
            let stands = lookup::has_at(state, room, claim.after, id).await?;
            Ok(if stands { resume } else { Resume::Lost })
        }
    }
}

/// All of them, unless they would take more memory than a socket may: then the client reads them page by page.
fn frames_within(most_bytes: usize, messages: Vec<Message>) -> Option<Vec<Frame>> {
    let mut bytes = 0;
    let frame = |message| {
        let frame = Frame::from(&ChatServerFrame::Message(message));
        bytes += frame.text.len();
        (bytes <= most_bytes).then_some(frame)
    };
    messages.into_iter().map(frame).collect()
}

/// Everything up to the room's newest message at joining; `None` where it is not to be had, or too much.
async fn missed(
    state: &AppState,
    room: RoomId,
    resume: Resume,
    last_seq: u64,
) -> Result<Option<Vec<Message>>, ApiError> {
    let (after, from_stream) = match resume {
        Resume::Nothing => return Ok(Some(Vec::new())),
        Resume::Lost => return Ok(None),
        Resume::FromStream(after) => (after, true),
        Resume::FromDatabase(after) => (after, false),
    };
    let most = state.settings.realtime.resume_max_messages;
    for _ in 0..REPLAY_ATTEMPTS {
        let HistoryPage { items, has_more } = match from_stream {
            true => history::from_stream(state, room, after, last_seq, most).await?,
            false => history::page(state, room, Some(last_seq + 1), Some(after), most).await?,
        };
        let before_first = items.first().map(|first| first.prev_seq);
        match items.last() {
            _ if has_more || !begins_whole(after, before_first) => return Ok(None),
            Some(last) if last.seq == last_seq => return Ok(Some(items)),
            _ => sleep(REPLAY_PAUSE).await,
        }
    }
    Err(ApiError::unavailable(
        "the newest messages cannot be replayed",
    ))
}

async fn room_hello(
    state: &AppState,
    joined: &Joined,
    user: UserId,
) -> Result<RoomHello, ApiError> {
    let room = &joined.room_then;
    let people = http::rooms::People::read(state, &room.members).await?;
    let view = room.view(user).ok_or_else(ApiError::room_not_found)?;
    let member = |(id, online, read_seq): (UserId, bool, u64)| {
        let shown = people.shown(id);
        MemberState {
            id,
            display_name: shown.display_name,
            deleted: shown.deleted,
            online,
            read_seq,
        }
    };
    Ok(RoomHello {
        status: RoomStatus::at(room.id, view, state.now()),
        members: joined.members.map(member).to_vec(),
    })
}
