//! Every subject, built and parsed in one place.

use std::fmt::Display;

use domain::{RoomId, SessionId, UserId, pair::PairKey};

/// Gateways ask the leading matchmaker here how a waiting user stands. Core request and reply.
pub const LIVE_QUEUE_OUTLOOK: &str = "live.queue.outlook";
/// All messages of all rooms.
pub const CHAT_ALL: &str = "chat.*.*";
/// Of no room, and in no consumer's filter: what takes the place of messages that `CHAT` has lost, purged as soon as it is
/// written; and what a silent stream is tried with.
pub const CHAT_FILLER: &str = "chat.filler";
/// The same for `LIFE`.
pub const LIFE_FILLER: &str = "life.none.filler";
/// Everything below the lifecycle's root.
pub const LIFE_ALL: &str = "life.>";
/// All rooms' states.
pub const LIFE_ROOMS: &str = "life.room.*.*";
/// All timers that fired.
pub const LIFE_DUE: &str = "life.due.*.*";
/// All tickets.
pub const LIFE_TICKETS: &str = "life.ticket.*";
/// All pairs.
pub const LIFE_PAIRS: &str = "life.pair.*.*";
/// All gateways' leases.
pub const LIFE_LEASES: &str = "life.lease.*.*";
/// The weights of the matching model, as they were last learned: one value.
pub const LIFE_MODEL: &str = "life.model.weights";
/// All read positions.
pub const RECEIPT_ALL: &str = "receipt.*.*.*";
/// All revocations.
pub const REVOKE_ALL: &str = "revoke.>";
/// The republished copies of revocations.
pub const LIVE_REVOKED_ALL: &str = "live.revoked.>";
/// All public events.
pub const EVENTS_ALL: &str = "webchat.v1.evt.>";
/// What the other streams have lost.
pub const EPOCH_ALL: &str = "epoch.*";
/// All poison messages.
pub const DLQ_ALL: &str = "dlq.>";
/// Persistence announces here how far a stream is in the database. Core, lossy.
pub const LIVE_STORED: &str = "live.stored";

/// Gateways say here how far they have seen a stream reach that ends before that now. Core; said until it is heard.
pub const LIVE_ENDS: &str = "live.ends";

/// Every gateway says here each second that it is there. Core, lossy.
pub const LIVE_GATEWAYS: &str = "live.gateways";

/// What a stream has lost, and its epoch since.
pub fn epoch(stream: &str) -> String {
    format!("epoch.{stream}")
}

/// The messages of a room.
pub fn chat(room: RoomId) -> String {
    format!("chat.{}.{room}", room.shard())
}

/// The state of a room.
pub fn life_room(room: RoomId) -> String {
    format!("life.room.{}.{room}", room.shard())
}

/// The schedule of one deadline of a room. Each deadline has its own subject, so that none can replace another.
pub fn life_sched(room: RoomId, revision: u32) -> String {
    format!("life.sched.{}.{room}.{revision}", room.shard())
}

/// Where a room's timers fire.
pub fn life_due(room: RoomId) -> String {
    format!("life.due.{}.{room}", room.shard())
}

/// A user's ticket.
pub fn life_ticket(user: UserId) -> String {
    format!("life.ticket.{user}")
}

/// What two people are to each other.
pub fn life_pair(pair: PairKey) -> String {
    format!("life.pair.{}.{}", pair.low, pair.high)
}

/// One chunk of a gateway's list of waiting users whose sockets it holds.
pub fn life_lease(gateway: impl Display, chunk: usize) -> String {
    format!("life.lease.{gateway}.{chunk}")
}

/// The heartbeat of a pool's leading matchmaker.
pub fn life_leader(pool: &str) -> String {
    format!("life.leader.{pool}")
}

/// How far a member has read in a room.
pub fn receipt(room: RoomId, user: UserId) -> String {
    format!("receipt.{}.{room}.{user}", room.shard())
}

/// How far all members have read in a room.
pub fn receipts_of(room: RoomId) -> String {
    format!("receipt.{}.{room}.*", room.shard())
}

/// How far a user has read in all rooms.
pub fn receipts_by(user: UserId) -> String {
    format!("receipt.*.*.{user}")
}

/// The pairs of a user, by the place that the user has in them.
pub fn life_pairs_of(user: UserId) -> [String; 2] {
    [format!("life.pair.{user}.*"), format!("life.pair.*.{user}")]
}

/// The end of one session.
pub fn revoke_session(session: SessionId) -> String {
    format!("revoke.session.{session}")
}

/// The end of all of a user's sessions that began before a time.
pub fn revoke_user(user: UserId) -> String {
    format!("revoke.user.{user}")
}

/// Everything live of a room: `msg`, `room`, `read` (republished) and `rt` (typing, presence).
pub fn live_room_all(room: RoomId) -> String {
    format!("live.{}.{room}.*", room.shard())
}

/// Typing and presence of a room. Core, lossy.
pub fn live_room_rt(room: RoomId) -> String {
    format!("live.{}.{room}.rt", room.shard())
}

/// A user's notifications. Core, lossy; every notice has a snapshot that heals its loss.
pub fn live_user(user: UserId) -> String {
    format!("live.user.{user}")
}

/// Poison messages of a consumer.
pub fn dlq(consumer: &str) -> String {
    format!("dlq.{consumer}")
}

/// The kinds of live traffic of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiveKind {
    /// A message.
    Message,
    /// A lifecycle change.
    Room,
    /// A read position.
    Read,
    /// Typing or presence.
    Realtime,
}

/// Reads `live.<shard>.<room>.<kind>`; `None` for any other subject.
pub fn parse_live_room(subject: &str) -> Option<(RoomId, LiveKind)> {
    let mut parts = subject.split('.');
    if parts.next()? != "live" {
        return None;
    }
    let shard = parts.next()?;
    let room: RoomId = parts.next()?.parse().ok()?;
    let kind = match parts.next()? {
        "msg" => LiveKind::Message,
        "room" => LiveKind::Room,
        "read" => LiveKind::Read,
        "rt" => LiveKind::Realtime,
        _ => return None,
    };
    (parts.next().is_none() && room.shard().to_string() == shard).then_some((room, kind))
}

/// Reads the room out of `chat.<shard>.<room>`.
pub fn parse_chat(subject: &str) -> Option<RoomId> {
    parse_sharded(subject, "chat")
}

/// Reads the room and the reader out of `receipt.<shard>.<room>.<user>`.
pub fn parse_receipt(subject: &str) -> Option<(RoomId, UserId)> {
    let (rest, user) = subject.rsplit_once('.')?;
    Some((parse_sharded(rest, "receipt")?, user.parse().ok()?))
}

/// What kind of event a subject of `LIFE` carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LifeKind {
    /// A room's state.
    Room(RoomId),
    /// A fired timer.
    Due(RoomId),
    /// A ticket.
    Ticket(UserId),
    /// A pair.
    Pair(PairKey),
    /// A chunk of a gateway's leases.
    Lease,
    /// The weights of the matching model.
    Model,
    /// A schedule or a leader's heartbeat: nothing a projection needs.
    Internal,
}

/// Reads a subject of `LIFE`; `None` where it is none.
pub fn parse_life(subject: &str) -> Option<LifeKind> {
    let rest = subject.strip_prefix("life.")?;
    let (kind, rest) = rest.split_once('.')?;
    match kind {
        "room" => Some(LifeKind::Room(parse_shard_and_room(rest)?)),
        "due" => Some(LifeKind::Due(parse_shard_and_room(rest)?)),
        "ticket" => Some(LifeKind::Ticket(rest.parse().ok()?)),
        "pair" => {
            let (low, high) = rest.split_once('.')?;
            let (low, high): (UserId, UserId) = (low.parse().ok()?, high.parse().ok()?);
            (low < high).then_some(LifeKind::Pair(PairKey { low, high }))
        }
        "lease" => Some(LifeKind::Lease),
        "model" => Some(LifeKind::Model),
        "sched" | "leader" => Some(LifeKind::Internal),
        _ => None,
    }
}

fn parse_sharded(subject: &str, root: &str) -> Option<RoomId> {
    parse_shard_and_room(subject.strip_prefix(root)?.strip_prefix('.')?)
}

fn parse_shard_and_room(rest: &str) -> Option<RoomId> {
    let (shard, room) = rest.split_once('.')?;
    let room: RoomId = room.parse().ok()?;
    (room.shard().to_string() == shard).then_some(room)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: &str = "01938f6e-2f6a-7cc0-9c5a-6f1d2f3a4b45";
    const ONE: &str = "01938f6e-2f6a-7cc0-9c5a-6f1d2f3a4b5c";
    const OTHER: &str = "01938f6e-2f6a-7cc0-9c5a-6f1d2f3a4b5d";

    #[test]
    fn what_is_built_can_be_parsed() {
        let room: RoomId = ROOM.parse().unwrap();
        let (low, high): (UserId, UserId) = (ONE.parse().unwrap(), OTHER.parse().unwrap());
        let pair = PairKey::of(high, low).unwrap();
        assert_eq!(chat(room), format!("chat.5.{ROOM}"));
        assert_eq!(parse_chat(&chat(room)), Some(room));
        assert_eq!(parse_receipt(&receipt(room, low)), Some((room, low)));
        assert_eq!(parse_life(&life_room(room)), Some(LifeKind::Room(room)));
        assert_eq!(parse_life(&life_due(room)), Some(LifeKind::Due(room)));
        assert_eq!(parse_life(&life_sched(room, 3)), Some(LifeKind::Internal));
        assert_eq!(parse_life(&life_ticket(low)), Some(LifeKind::Ticket(low)));
        assert_eq!(parse_life(&life_pair(pair)), Some(LifeKind::Pair(pair)));
        assert_eq!(parse_life(&life_lease("gw", 2)), Some(LifeKind::Lease));
        assert_eq!(parse_life(LIFE_MODEL), Some(LifeKind::Model));
        let live = live_room_all(room).replace('*', "msg");
        assert_eq!(parse_live_room(&live), Some((room, LiveKind::Message)));
        let live = live_room_rt(room);
        assert_eq!(parse_live_room(&live), Some((room, LiveKind::Realtime)));
    }

    #[test]
    fn a_foreign_or_wrongly_sharded_subject_is_refused() {
        assert_eq!(parse_chat(&format!("chat.6.{ROOM}")), None);
        assert_eq!(parse_chat("chat.5.nonsense"), None);
        assert_eq!(parse_life("other.room"), None);
        assert_eq!(parse_live_room(&format!("live.5.{ROOM}.msg.more")), None);
        assert_eq!(parse_live_room("live.stored"), None);
    }
}
