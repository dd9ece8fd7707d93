//! Whether the people with whom a user keeps rooms are online, and telling them whether the user is.
//!
//! ```text
//!   Ann's gateway ── live.user.<Ben>: Ann is here, and Ben? ──▶ Ben's gateways ── frame ──▶ Ben's sockets
//!        ▲                                                          │
//!        └───────────── live.user.<Ann>: Ben is here ───────────────┘
//! ```
//!
//! It is said when the first socket opens and when the last one has ended, not all the time: that every gateway is heard
//! each second ([`super::gateways`]) is what keeps it true. Whoever says it names the peers, and whoever hears it takes it from
//! nobody else, so a stranger, somebody blocked, or the other one of an ended room is neither told nor told of.

use bytes::Bytes;
use contract::{
    frames::NotificationsServerFrame,
    live::{GatewayConnection, UserNotice},
    subjects,
};
use domain::{
    RoomId, UserId,
    room::{Room, RoomState},
};
use entities::room_member;
use tokio::time::{Duration, Instant};

use super::{
    gateways::this_gateway,
    peers::MOST,
    user_actor::{Command, UserActor},
};

/// A page that is loaded again comes back within this time: nobody has to hear of it.
const LINGERS_FOR: Duration = Duration::from_secs(2);
/// The kept rooms are read again with every so many times that it is said again (ten minutes), should a notice be lost.
const REREAD_EVERY_TIMES: u32 = 10;

impl UserActor {
    /// Reads with whom the user keeps rooms. Nobody waits for it.
    pub(super) fn read_peers(&mut self) {
        if self.peers.is_reading() {
            return;
        }
        self.peers.begin_reading();
        let (state, user, commands) = (self.state.clone(), self.user, self.commands.clone());
        tokio::spawn(async move {
            let Ok(_permit) = state.notifications.peer_reads.acquire().await else {
                return;
            };
            let rows = room_member::Entity::kept_with(&state.db.read, user.0, MOST as u64).await;
            let rooms = rows
                .inspect_err(|error| {
                    tracing::debug!(user_id = %user, %error, "kept rooms are not read yet");
                })
                .ok();
            // An actor that has ended needs them no more.
            let _ = commands.send(Command::PeersRead(rooms)).await;
        });
    }

    /// The kept rooms as SQL has them; `None` where it does not answer. Then they are read again soon.
    pub(super) async fn peers_read(&mut self, rooms: Option<Vec<(uuid::Uuid, uuid::Uuid)>>) {
        let Some(rooms) = rooms else {
            self.knows_peers = false;
            return self.peers.not_read();
        };
        let typed = |(room, user)| (RoomId(room), UserId(user));
        let rooms: Vec<_> = rooms.into_iter().map(typed).collect();
        self.peers.read(&rooms);
        self.knows_peers = true;
        self.settle_peers();
        self.say(&self.peers.all(), true, true).await;
    }

    /// Says again that the user is here, and reads again what may have been missed.
    pub(super) async fn say_again(&mut self) {
        self.times_said = self.times_said.wrapping_add(1);
        if self.times_said.is_multiple_of(REREAD_EVERY_TIMES) {
            return self.read_peers();
        }
        self.say(&self.peers.all(), true, true).await;
    }

    /// A peer came or went somewhere.
    pub(super) async fn take_peer(
        &mut self,
        user: UserId,
        gateway: GatewayConnection,
        online: bool,
        asks: bool,
    ) {
        let now = Instant::now();
        self.state.notifications.gateways.heard(gateway, now);
        if !self.peers.announced(user, gateway, online, now) {
            return;
        }
        self.settle_peers();
        if asks {
            self.say(&[user], true, false).await;
        }
    }

    /// A room that this user can see has changed: it may be kept now, or kept no longer.
    pub(super) async fn follow(&mut self, room: &Room) {
        let Some(peer) = room.peer_of(self.user) else {
            return;
        };
        if room.phase.state() != RoomState::Kept {
            self.peers.part(room.id);
        } else if self.peers.keep(room.id, peer) {
            self.say(&[peer], true, true).await;
        }
        self.settle_peers();
    }

    /// Tells the user's sockets who came and who went since the last time.
    pub(super) fn settle_peers(&mut self) {
        let living = self.living.borrow_and_update().clone();
        for (user_id, online) in self.peers.changes(&living, Instant::now()) {
            self.tell_all(&NotificationsServerFrame::Presence { user_id, online });
        }
    }

    /// When it will be said that the user is gone, unless a socket opens before.
    pub(super) fn look_whether_here(&mut self) {
        self.gone_at = if self.state.notifications.has_sockets(self.user) {
            None
        } else {
            self.gone_at.or_else(|| Some(Instant::now() + LINGERS_FOR))
        };
    }

    /// The user has no socket here any more.
    pub(super) async fn say_goodbye(&self) {
        self.say(&self.peers.all(), false, false).await;
    }

    /// Tells peers, wherever they are. What is lost is said again, or forgotten with this gateway.
    async fn say(&self, peers: &[UserId], online: bool, asks: bool) {
        let notice = UserNotice::PeerOnline {
            user_id: self.user,
            gateway: this_gateway(&self.state),
            online,
            asks,
        };
        let Ok(body) = serde_json::to_vec(&notice).map(Bytes::from) else {
            return;
        };
        for peer in peers {
            let subject = subjects::live_user(*peer);
            if let Err(error) = self.state.broker.publish_core(subject, body.clone()).await {
                tracing::debug!(user_id = %self.user, %error, "peers are not told");
                return;
            }
        }
    }
}
