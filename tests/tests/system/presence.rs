//! A gateway that was killed cannot say that its people went.

use std::time::{Duration, Instant};

use contract::frames::NotificationsServerFrame;
use domain::UserId;

use crate::{
    journey::two_people_keep_each_other, promised, roles::Roles, socket::NotificationSocket,
};

const GONE_WITHIN: Duration = promised(Duration::from_secs(5));

#[tokio::test]
async fn people_of_a_killed_gateway_are_offline_within_five_seconds() {
    let mut roles = Roles::start(&[]).await;
    roles.start_all(&["gateway-2"]).await;
    let [ada, ben] =
        two_people_keep_each_other(&roles.url("gateway"), &roles.url("gateway-2")).await;
    let mut adas = ada.notifications().await;
    let bens = ben.notifications().await;
    until_presence(&mut adas, ben.id, true).await;
    roles.kill9("gateway-2");
    let killed = Instant::now();
    until_presence(&mut adas, ben.id, false).await;
    assert!(killed.elapsed() < GONE_WITHIN, "{:?}", killed.elapsed());
    drop(bens);

    let mut bens = ben.at(&roles.url("gateway")).notifications().await;
    until_presence(&mut adas, ben.id, true).await;
    until_presence(&mut bens, ada.id, true).await;
}

async fn until_presence(socket: &mut NotificationSocket, of: UserId, expected: bool) {
    socket
        .find("a presence", |frame| match frame {
            NotificationsServerFrame::Presence { user_id, online } => {
                (*user_id == of && *online == expected).then_some(())
            }
            _ => None,
        })
        .await;
}
