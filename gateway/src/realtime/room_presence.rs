//! Who is in a room, and what a matched room's beginning makes of it.

use contract::{frames::ChatServerFrame, live::Realtime, subjects};
use domain::{
    UserId,
    room::{Input, RoomState},
};
use tokio::time::Instant;

use broker::life::ChangeError;

use super::{frame::Frame, presence::EXPIRES_AFTER, room_actor::RoomActor};

impl RoomActor {
    /// Typing, or another gateway's announcement.
    pub(super) async fn take_realtime(&mut self, realtime: Realtime) {
        match realtime {
            Realtime::Typing { user_id, active } => {
                let frame = Frame::from(&ChatServerFrame::Typing { user_id, active });
                self.tell(|user| user != user_id, &frame);
            }
            Realtime::Online { gateway, .. } if gateway == self.state.gateway_id => {}
            Realtime::Online { gateway, users } => {
                self.presence.announced(gateway, users, Instant::now());
                self.settle_presence();
                self.arrive_all();
            }
            Realtime::WhoIsOnline => self.announce().await,
        }
    }

    /// Tells the others who came and who went since the last time.
    pub(super) fn settle_presence(&mut self) {
        self.presence
            .set_here(self.sockets.iter().map(|(_, socket)| socket.user));
        for (user_id, online) in self.presence.changes(Instant::now()) {
            let frame = Frame::from(&ChatServerFrame::Presence { user_id, online });
            self.tell(|user| user != user_id, &frame);
            if !online {
                self.depart(user_id);
            }
        }
    }

    /// Tells the other gateways who is here.
    pub(super) async fn announce(&self) {
        let online = Realtime::Online {
            gateway: self.state.gateway_id,
            users: self.presence.here(),
        };
        self.publish(&online).await;
    }

    /// Asks the other gateways to tell who is there.
    pub(super) async fn ask_who_is_online(&self) {
        self.publish(&Realtime::WhoIsOnline).await;
    }

    /// A member is here: a matched room that waits for its members hears of it. Where the other's seat is taken and
    /// nobody announces the other, a gateway may have died with the socket: it is waited for as long as announcements
    /// last, and then the seat is freed. Asked again at every tick.
    pub(super) fn arrive(&mut self, member: UserId) {
        let Some(peer) = self.unconfirmed_peer(member) else {
            self.unconfirmed_since = None;
            return self.change_presence(member, true, Input::Arrived { member });
        };
        let since = *self.unconfirmed_since.get_or_insert_with(Instant::now);
        if since.elapsed() > EXPIRES_AFTER {
            self.depart(peer);
        }
    }

    /// Every member here arrives, as far as the room does not know it yet.
    pub(super) fn arrive_all(&mut self) {
        for member in self.presence.here() {
            self.arrive(member);
        }
    }

    /// The other member, if its seat is taken and no gateway announces it.
    fn unconfirmed_peer(&self, member: UserId) -> Option<UserId> {
        let room = self.room.borrow();
        let seat = room.members.iter().position(|user| *user != member)?;
        let peer = room.members[seat];
        (room.seats[seat].present && !self.presence.is_online(peer)).then_some(peer)
    }

    fn depart(&self, member: UserId) {
        self.change_presence(member, false, Input::Departed { member });
    }

    /// Idle matched rooms alone follow who is present. What is lost, the next tick asks for again.
    fn change_presence(&self, member: UserId, present: bool, input: Input) {
        let room = self.room.borrow().clone();
        let seat = room.members.iter().position(|user| *user == member);
        let known = seat.is_some_and(|seat| room.seats[seat].present == present);
        if known || room.the_match().is_none() || room.phase.state() != RoomState::Idle {
            return;
        }
        let (broker, id) = (self.state.broker.clone(), self.id);
        tokio::spawn(async move {
            match broker.change_room(id, input, None).await {
                Ok(_) | Err(ChangeError::Refused(_) | ChangeError::NoSuchRoom) => {}
                Err(error) => {
                    tracing::warn!(room_id = %id, %error, "a member's coming or going is not noted");
                }
            }
        });
    }

    /// Announcements may be lost: they are repeated, and forgotten where they are not.
    async fn publish(&self, realtime: &Realtime) {
        let Ok(body) = serde_json::to_vec(realtime) else {
            return;
        };
        if let Err(error) = self
            .state
            .broker
            .publish_core(subjects::live_room_rt(self.id), body)
            .await
        {
            tracing::debug!(room_id = %self.id, %error, "an announcement is not sent");
        }
    }
}
