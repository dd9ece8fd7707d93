use crate::holds;
use crate::samples::{
    LATER, NOW, ended, error, members, message, other, room_id, status, summary,
    summary_with_a_deleted_peer, the_match, ticket_view, uuid,
};
use domain::{ClientId, MessageId};
use webchat_contract::api::TicketView;
use webchat_contract::frames::{
    ChatClientFrame, ChatServerFrame, NotificationsClientFrame, NotificationsServerFrame,
};
use webchat_contract::room::{MemberState, RoomHello};

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
                    deleted: member.deleted,
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
                rooms: vec![summary(), summary_with_a_deleted_peer()],
                ticket: ticket_view(),
                server_time: NOW,
            },
            NotificationsServerFrame::MatchFound {
                room_id: room_id(),
                peer,
                score: 0.75,
                reasons: the_match().reasons,
                icebreaker: the_match().icebreaker,
                icebreaker_topic: the_match().icebreaker_topic,
                text_mode: the_match().text_mode,
            },
            NotificationsServerFrame::Room(status()),
            NotificationsServerFrame::MutualLike {
                user_id: other(),
                room_id: Some(room_id()),
                reveal_level: 1,
            },
            NotificationsServerFrame::Presence {
                user_id: other(),
                online: true,
            },
            NotificationsServerFrame::Ticket(TicketView::none()),
            NotificationsServerFrame::Unread {
                room_id: room_id(),
                count: 3,
                read_seq: Some(38),
                last_message: Some(message()),
            },
            NotificationsServerFrame::Error(error()),
            NotificationsServerFrame::AuthOk { expires_at: LATER },
            NotificationsServerFrame::Pong { server_time: NOW },
            NotificationsServerFrame::SignedOut {},
        ],
    );
}
