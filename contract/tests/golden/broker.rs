use crate::samples::{
    LATER, NOW, message, one, other, room, room_id, stored_message, stored_message_with_files,
    ticket_view, uuid,
};
use crate::{holds, written};
use domain::account::DateOfBirth;
use domain::matching::model::{Belief, PersonBeliefs, Weights};
use domain::matching::{Features, TextVector};
use domain::pair::{Input, Pair, PairKey};
use domain::room::{Deadline, Reason};
use domain::ticket::{Gone, Ticket, TicketState};
use domain::{MessageId, SessionId, TicketId};
use serde_json::json;
use webchat_contract::Envelope;
use webchat_contract::life::{Due, Heartbeat, Lease, PublishedModel};
use webchat_contract::live::{
    GatewayConnection, Outlook, OutlookRequest, Realtime, StoredFloor, StreamEnd, UserNotice,
};
use webchat_contract::public_events::{Fact, MessageSent, MutualLike, RoomEnded, RoomFact};
use webchat_contract::revocation::Revocation;

#[test]
fn what_the_streams_keep() {
    holds(
        "chat_messages",
        &[stored_message(), stored_message_with_files()],
    );
    holds("life_rooms", &[Envelope::new(uuid(8), room())]);
    let pair = Pair::strangers(PairKey::of(one(), other()).unwrap());
    let met = pair
        .apply(Input::Met {
            room: room_id(),
            at: NOW,
        })
        .unwrap();
    let reported = met.apply(Input::Report { by: one() }).unwrap();
    let pairs = [pair, met, reported].map(|pair| Envelope::new(uuid(8), pair));
    holds("life_pairs", &pairs);
    let features = Features {
        age: 30,
        gender: "woman".to_owned(),
        interests: vec!["hiking".to_owned()],
        ..Features::default()
    };
    let waiting = Ticket::join(TicketId(uuid(6)), one(), features, NOW);
    let matched = waiting.moved_to(TicketState::Matched { room_id: room_id() });
    let gone = waiting.moved_to(TicketState::Gone { why: Gone::Left });
    let known = Ticket {
        learned: Some(PersonBeliefs {
            generosity: Belief {
                mean: 0.5,
                variance: 0.25,
            },
            appeal: Belief {
                mean: -0.125,
                variance: 0.5,
            },
        }),
        words: TextVector::hashed("hiking"),
        bio: TextVector::hashed("I walk uphill"),
        born: DateOfBirth::try_from("1996-05-17".to_owned()).ok(),
        ..waiting.clone()
    };
    holds(
        "life_tickets",
        &[waiting, matched, gone, known].map(|ticket| Envelope::new(uuid(8), ticket)),
    );
    let deadline = Deadline {
        at: LATER,
        revision: 3,
    };
    holds(
        "life_due",
        &[Due {
            room_id: room_id(),
            deadline,
        }],
    );
    holds(
        "life_leases",
        &[Lease {
            gateway: uuid(7),
            users: vec![one(), other()],
        }],
    );
    holds("life_leader", &[Heartbeat { holder: uuid(7) }]);
    let belief = Belief {
        mean: -0.25,
        variance: 0.5,
    };
    holds(
        "life_model",
        &[PublishedModel {
            version: 7,
            weights: Weights {
                prior_version: 1,
                applied_seq: 42,
                intercept: belief,
                pair: vec![belief],
                decider: vec![belief],
                partner: vec![belief],
            },
        }],
    );
    holds(
        "revocations",
        &[
            Revocation::Session {
                session_id: SessionId(uuid(7)),
            },
            Revocation::User {
                user_id: one(),
                not_before: NOW,
                except: None,
            },
        ],
    );
}

fn gateway() -> GatewayConnection {
    GatewayConnection {
        gateway: uuid(7),
        established: 1,
    }
}

#[test]
fn what_the_processes_tell_each_other_live() {
    holds(
        "live_realtime",
        &[
            Realtime::Typing {
                user_id: one(),
                active: true,
            },
            Realtime::Online {
                gateway: uuid(7),
                users: vec![one()],
            },
            Realtime::WhoIsOnline,
        ],
    );
    holds(
        "live_user_notices",
        &[
            UserNotice::MatchFound { room_id: room_id() },
            UserNotice::RoomChanged { room_id: room_id() },
            UserNotice::Unread {
                room_id: room_id(),
                count: 3,
                read_seq: Some(38),
                last_message: Box::new(message()),
            },
            UserNotice::MutualLike {
                user_id: other(),
                room_id: Some(room_id()),
                reveal_level: 1,
            },
            UserNotice::Ticket {
                ticket: ticket_view(),
            },
            UserNotice::PeerOnline {
                user_id: other(),
                gateway: gateway(),
                online: true,
                asks: true,
            },
        ],
    );
    holds("live_gateways", &[gateway()]);
    let request = OutlookRequest {
        user_id: one(),
        asked_at: Some(NOW),
    };
    holds("live_outlook_requests", &[request]);
    let outlook = Outlook {
        filters: Vec::new(),
        estimated_wait_ms: Some(20_000),
    };
    holds("live_outlooks", &[outlook]);
    holds(
        "live_stored",
        &[StoredFloor {
            stream: "CHAT".to_owned(),
            floor: 42,
            epoch: uuid(9),
        }],
    );
    holds(
        "live_ends",
        &[None, Some(MessageId(uuid(4)))].map(|message_id| StreamEnd {
            stream: "CHAT".to_owned(),
            seq: 42,
            message_id,
        }),
    );
}

#[test]
fn what_integrators_receive() {
    let fact = || RoomFact {
        room_id: room_id(),
        member_ids: [one(), other()],
        ends_at: Some(LATER),
    };
    let facts = [
        Fact::UserRegistered { user_id: one() },
        Fact::UserDeleted { user_id: one() },
        Fact::UserReported { user_id: one() },
        Fact::RoomCreated(fact()),
        Fact::CountdownStarted(fact()),
        Fact::NotificationStarted(fact()),
        Fact::RoomKept(RoomFact {
            ends_at: None,
            ..fact()
        }),
        Fact::RoomEnded(RoomEnded {
            room_id: room_id(),
            member_ids: [one(), other()],
            reason: Reason::NotKept,
        }),
        Fact::MessageSent(MessageSent {
            room_id: room_id(),
            message_id: MessageId(uuid(4)),
            sender_id: one(),
            seq: 42,
        }),
        Fact::MutualLike(MutualLike {
            room_id: room_id(),
            member_ids: [one(), other()],
            reveal_level: 1,
        }),
        Fact::MatchMade(fact()),
    ];
    let events = facts.map(
        |fact| json!({ "subject": fact.nats_subject(), "event": fact.into_event(uuid(8), NOW) }),
    );
    written("public_events", &events);
}
