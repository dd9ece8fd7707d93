//! The roles as four programs of their own do what `webchat serve` does.

use webchat_tests::postgres::Postgres;

use crate::{
    client::Person,
    journey::{two_people_keep_each_other, until_message},
    roles::{ALL, Roles},
};

#[tokio::test]
async fn four_programs_on_sqlite_do_the_whole_job() {
    let roles = Roles::start(&[]).await;
    let url = roles.url("gateway");
    two_people_keep_each_other(&url, &url).await;
}

#[tokio::test]
async fn four_programs_on_postgresql_do_the_whole_job() {
    let database = Postgres::shared().fresh_database();
    let roles = Roles::start(&[("DATABASE_URL", &database)]).await;
    let url = roles.url("gateway");
    two_people_keep_each_other(&url, &url).await;
}

#[tokio::test]
async fn members_on_different_gateways_meet_talk_and_decide() {
    let mut roles = Roles::start(&[]).await;
    roles.start_all(&["gateway-2"]).await;
    two_people_keep_each_other(&roles.url("gateway"), &roles.url("gateway-2")).await;
}

#[tokio::test]
async fn every_role_runs_twice_on_one_postgresql_and_nobody_notices() {
    let database = Postgres::shared().fresh_database();
    let mut roles = Roles::start(&[("DATABASE_URL", &database)]).await;
    let seconds: Vec<_> = ALL.iter().map(|role| format!("{role}-2")).collect();
    roles
        .start_all(&seconds.iter().map(String::as_str).collect::<Vec<_>>())
        .await;
    two_people_keep_each_other(&roles.url("gateway"), &roles.url("gateway-2")).await;
    for role in ALL {
        roles.kill9(role);
    }
    let url = roles.url("gateway-2");
    two_people_keep_each_other(&url, &url).await;
}

#[tokio::test]
async fn a_token_of_one_gateway_works_on_the_other_until_the_session_ends() {
    let mut roles = Roles::start(&[]).await;
    roles.start_all(&["gateway-2"]).await;
    let ada = Person::join(&roles.url("gateway")).await;
    let ada_there = ada.at(&roles.url("gateway-2"));
    let ben = Person::join(&roles.url("gateway-2")).await;
    let room = ada.open_room(&ben).await;
    let (mut here, mut there) = (ada.chat(room).await, ada_there.chat(room).await);
    here.say("from here").await;
    until_message(&mut there, "from here").await;
    let answer = ada.order("/auth/logout").await;
    assert_eq!(answer.status, 204);
    assert_eq!(here.closed().await, 4001);
    assert_eq!(there.closed().await, 4001);
    for place in [&ada, &ada_there] {
        assert_eq!(place.get("/users/me").await.status, 401);
    }
}
