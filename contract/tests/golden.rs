//! The wire as it stands, word for word, in `golden/`. A change here is a change for every client, integrator and older
//! process: additions are fine, anything else needs a new version. The client's tests read the same files.
//!
//! `UPDATE_GOLDEN=1 cargo test -p webchat-contract` writes the files anew, to be read in review.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test ends where its ground is missing"
)]

use std::{env, fs, path::Path};

use domain::{
    ClientId, MessageId, RoomId, SessionId, TicketId, Timestamp, UserId,
    matching::{Features, Match, MatchReason},
    pair::{Input, Pair, PairKey},
    room::{Deadline, Outcome, Reason, Room, RoomState, Timing, Vote},
    ticket::{Gone, Ticket, TicketState},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use uuid::Uuid;
use webchat_contract::{
    Envelope,
    api::{TicketView, TicketViewState},
    frames::{
        ChatClientFrame, ChatServerFrame, ErrorFrame, NotificationsClientFrame,
        NotificationsServerFrame,
    },
    life::{Due, Heartbeat, Lease},
    live::{Outlook, OutlookRequest, Realtime, StoredFloor, UserNotice},
    message::{Message, StoredMessage},
    public_events::{Fact, MessageSent, RoomEnded, RoomFact},
    revocation::Revocation,
    room::{Member, MemberState, RoomHello, RoomStatus, RoomSummary},
};

const NOW: Timestamp = Timestamp(1_795_460_400_123);
const LATER: Timestamp = Timestamp(1_795_460_700_123);

fn uuid(last: u8) -> Uuid {
    Uuid::from_u128(0x0193_8f6e_2f6a_7cc0_9c5a_6f1d_2f3a_4b00 + u128::from(last))
}

fn one() -> UserId {
    UserId(uuid(1))
}

fn other() -> UserId {
    UserId(uuid(2))
}

fn room_id() -> RoomId {
    RoomId(uuid(3))
}

fn stored_message() -> StoredMessage {
    StoredMessage {
        id: MessageId(uuid(4)),
        client_id: ClientId(uuid(5)),
        room_id: room_id(),
        sender_id: one(),
        text: "Hello \u{1f44b}".to_owned(),
        attachments: Vec::new(),
        sent_at: NOW,
    }
}

fn message() -> Message {
    stored_message().placed(42, 40)
}

fn status() -> RoomStatus {
    RoomStatus {
        room_id: room_id(),
        state: RoomState::Countdown,
        ends_at: Some(LATER),
        remaining_ms: Some(300_000),
        server_time: NOW,
        my_response: Some(Vote::Keep),
        outcome: None,
        reason: None,
    }
}

fn ended() -> RoomStatus {
    RoomStatus {
        state: RoomState::Ended,
        ends_at: None,
        remaining_ms: None,
        outcome: Some(Outcome::Ended),
        reason: Some(Reason::NotKept),
        ..status()
    }
}

fn the_match() -> Match {
    Match {
        score: 0.75,
        reasons: vec![MatchReason {
            code: "shared_interests".to_owned(),
            values: vec!["hiking".to_owned()],
            text: "You both like hiking.".to_owned(),
        }],
        icebreaker: Some("Where did you walk last?".to_owned()),
    }
}

fn members() -> [Member; 2] {
    [(one(), "Ann"), (other(), "Ben")].map(|(id, name)| Member {
        id,
        display_name: name.to_owned(),
    })
}

fn summary() -> RoomSummary {
    RoomSummary {
        id: room_id(),
        state: RoomState::Kept,
        kept: true,
        members: members().to_vec(),
        reveal_level: 2,
        ends_at: None,
        created_at: NOW,
        last_message: Some(message()),
        unread_count: 3,
        the_match: Some(the_match()),
    }
}

fn ticket_view() -> TicketView {
    TicketView {
        ticket_id: Some(TicketId(uuid(6))),
        state: TicketViewState::Waiting,
        joined_at: Some(NOW),
        estimated_wait_ms: None,
        room_id: None,
        filters: Vec::new(),
    }
}

fn room() -> Room {
    let timing = Timing {
        countdown_ms: 300_000,
        notification_ms: 30_000,
        no_show_ms: 30_000,
        extension_ms: 20_000,
        extensions_max: 10,
    };
    Room::matched(room_id(), [other(), one()], the_match(), timing, NOW)
}

fn error() -> ErrorFrame {
    ErrorFrame {
        code: "room_ended".to_owned(),
        detail: "The room has ended.".to_owned(),
        client_id: Some(ClientId(uuid(5))),
    }
}

/// Each value is written as the file says, and what the file says is read back as the value.
fn holds<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(name: &str, values: &[T]) {
    let file = written(name, values);
    let read: Vec<T> =
        serde_json::from_value(file).expect("an older process's words are understood");
    assert_eq!(read, values, "{name}");
}

fn written<T: Serialize>(name: &str, values: &[T]) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("golden")
        .join(format!("{name}.json"));
    let now = serde_json::to_value(values).unwrap();
    if env::var_os("UPDATE_GOLDEN").is_some() {
        let mut text = serde_json::to_string_pretty(&now).unwrap();
        text.push('\n');
        fs::write(&path, text).unwrap();
    }
    let text = fs::read_to_string(&path).unwrap_or_default();
    let file: Value = serde_json::from_str(&text).expect("a golden file");
    assert_eq!(file, now, "{name} changed on the wire");
    file
}

#[test]
fn what_a_chat_client_sends() {
    holds(
        "chat_client_frames",
        &[
            ChatClientFrame::Auth {
                access_token: "token".to_owned(),
            },
            ChatClientFrame::Send {
                client_id: ClientId(uuid(5)),
                text: "Hello".to_owned(),
                attachment_ids: Vec::new(),
                resend: false,
            },
            ChatClientFrame::Typing { active: true },
            ChatClientFrame::Read { seq: 42 },
            ChatClientFrame::History {
                before: Some(40),
                limit: Some(50),
            },
            ChatClientFrame::Ping {},
        ],
    );
}

#[test]
fn what_a_chat_socket_tells() {
    let hello = ChatServerFrame::Hello {
        epoch: uuid(9),
        last_seq: 42,
        stored_seq: 40,
        recovered: true,
        server_time: NOW,
        room: RoomHello {
            status: status(),
            members: members()
                .map(|member| MemberState {
                    id: member.id,
                    display_name: member.display_name,
                    online: true,
                    read_seq: 40,
                })
                .to_vec(),
        },
    };
    holds(
        "chat_server_frames",
        &[
            hello,
            ChatServerFrame::Message(message()),
            ChatServerFrame::Ack {
                client_id: ClientId(uuid(5)),
                seq: 42,
                id: MessageId(uuid(4)),
                sent_at: NOW,
            },
            ChatServerFrame::Stored { seq: 42 },
            ChatServerFrame::Typing {
                user_id: other(),
                active: true,
            },
            ChatServerFrame::Presence {
                user_id: other(),
                online: false,
            },
            ChatServerFrame::Read {
                user_id: other(),
                seq: 42,
            },
            ChatServerFrame::Room(ended()),
            ChatServerFrame::Error(error()),
            ChatServerFrame::History {
                items: vec![message()],
                has_more: true,
            },
            ChatServerFrame::AuthOk { expires_at: LATER },
            ChatServerFrame::Pong { server_time: NOW },
        ],
    );
}

#[test]
fn what_the_notification_socket_says_both_ways() {
    holds(
        "notifications_client_frames",
        &[
            NotificationsClientFrame::Auth {
                access_token: "token".to_owned(),
            },
            NotificationsClientFrame::Ping {},
        ],
    );
    let [_, peer] = members();
    holds(
        "notifications_server_frames",
        &[
            NotificationsServerFrame::Hello {
                rooms: vec![summary()],
                ticket: ticket_view(),
                server_time: NOW,
            },
            NotificationsServerFrame::MatchFound {
                room_id: room_id(),
                peer,
                score: 0.75,
                reasons: the_match().reasons,
                icebreaker: the_match().icebreaker,
            },
            NotificationsServerFrame::Room(status()),
            NotificationsServerFrame::Ticket(TicketView::none()),
            NotificationsServerFrame::Unread {
                room_id: room_id(),
                count: 3,
                last_message: Some(message()),
            },
            NotificationsServerFrame::Error(error()),
            NotificationsServerFrame::AuthOk { expires_at: LATER },
            NotificationsServerFrame::Pong { server_time: NOW },
            NotificationsServerFrame::SignedOut {},
        ],
    );
}

#[test]
fn what_the_streams_keep() {
    holds("chat_messages", &[stored_message()]);
    holds("life_rooms", &[Envelope::new(uuid(8), room())]);
    let pair = Pair::strangers(PairKey::of(one(), other()).unwrap());
    let met = pair
        .apply(Input::Met {
            room: room_id(),
            at: NOW,
        })
        .unwrap();
    holds(
        "life_pairs",
        &[Envelope::new(uuid(8), pair), Envelope::new(uuid(8), met)],
    );
    let features = Features {
        age: 30,
        gender: "woman".to_owned(),
        interests: vec!["hiking".to_owned()],
        ..Features::default()
    };
    let waiting = Ticket::join(TicketId(uuid(6)), one(), features, NOW);
    let matched = waiting.moved_to(TicketState::Matched { room_id: room_id() });
    let gone = waiting.moved_to(TicketState::Gone { why: Gone::Left });
    holds(
        "life_tickets",
        &[waiting, matched, gone].map(|ticket| Envelope::new(uuid(8), ticket)),
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
                last_message: Box::new(message()),
            },
            UserNotice::Ticket {
                ticket: ticket_view(),
            },
        ],
    );
    let request = OutlookRequest { user_id: one() };
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
        }],
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
        Fact::MatchMade(fact()),
    ];
    let events = facts.map(
        |fact| json!({ "subject": fact.nats_subject(), "event": fact.into_event(uuid(8), NOW) }),
    );
    written("public_events", &events);
}
