use sea_orm::{ActiveModelTrait, ActiveValue::Set, DatabaseConnection, EntityTrait, SqlErr};
use webchat_entities::{profile, session, user};

use crate::{ADA, BEN, id, on_both_databases};

on_both_databases!(
    a_username_is_taken_in_every_case,
    a_deleted_account_is_found_only_as_a_peer,
    a_profile_is_saved_whole_and_can_be_cleared,
    of_two_rotations_with_one_token_one_wins,
    an_ended_or_expired_session_cannot_be_used,
    ending_all_sessions_spares_the_one_to_keep,
);

pub async fn register(
    db: &DatabaseConnection,
    id: sea_orm::prelude::Uuid,
    username: &str,
) -> Result<(), sea_orm::DbErr> {
    let user = user::Model {
        id,
        username: username.to_owned(),
        username_key: user::username_key(username),
        password_hash: "hash".to_owned(),
        date_of_birth: "1990-02-28".to_owned(),
        display_name: username.to_owned(),
        created_at: 1,
        deleted_at: None,
        learned_reset_at: None,
    };
    user::Entity::insert(user::ActiveModel::from(user))
        .exec_without_returning(db)
        .await
        .map(|_| ())
}

async fn a_username_is_taken_in_every_case(db: &DatabaseConnection) {
    register(db, ADA, "Ädá").await.expect("register");
    let taken = register(db, BEN, "äDÁ").await.expect_err("taken");
    assert!(
        matches!(taken.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))),
        "{taken}"
    );
    let found = user::Entity::find_by_username("ÄDÁ")
        .one(db)
        .await
        .expect("read")
        .expect("Ada");
    assert_eq!((found.id, found.username.as_str()), (ADA, "Ädá"));
}

async fn a_deleted_account_is_found_only_as_a_peer(db: &DatabaseConnection) {
    register(db, ADA, "ada").await.expect("register");
    user::ActiveModel {
        id: Set(ADA),
        deleted_at: Set(Some(9)),
        ..Default::default()
    }
    .update(db)
    .await
    .expect("delete");
    assert_eq!(user::Entity::find_active(ADA).one(db).await, Ok(None));
    assert_eq!(
        user::Entity::find_by_username("ada").one(db).await,
        Ok(None)
    );
    assert_eq!(
        user::Entity::find_all(&[ADA, BEN])
            .all(db)
            .await
            .expect("read")
            .len(),
        1
    );
}

async fn a_profile_is_saved_whole_and_can_be_cleared(db: &DatabaseConnection) {
    register(db, ADA, "ada").await.expect("register");
    let names = |list: &[&str]| profile::Names(list.iter().map(ToString::to_string).collect());
    let first = profile::Model {
        user_id: ADA,
        bio: "hello".to_owned(),
        gender: Some("woman".to_owned()),
        age_min: Some(20),
        age_max: None,
        interests: names(&["music", "chess"]),
        looking_for: names(&[]),
        languages: names(&["de"]),
        preferred_genders: names(&["man", "woman"]),
        updated_at: 1,
    };
    profile::Entity::save(db, first.clone())
        .await
        .expect("save");
    assert_eq!(
        profile::Entity::of(ADA).one(db).await,
        Ok(Some(first.clone()))
    );
    let second = profile::Model {
        gender: None,
        interests: names(&["chess"]),
        updated_at: 2,
        ..first
    };
    profile::Entity::save(db, second.clone())
        .await
        .expect("save again");
    assert_eq!(profile::Entity::of(ADA).one(db).await, Ok(Some(second)));

    profile::Entity::clear(db, ADA, 3).await.expect("clear");
    let empty = profile::Entity::of(ADA)
        .one(db)
        .await
        .expect("read")
        .expect("profile");
    assert_eq!(
        (empty.bio.as_str(), empty.age_min, empty.languages),
        ("", None, names(&[]))
    );
    let refused = profile::Entity::save(
        db,
        profile::Model {
            user_id: BEN,
            ..sample_empty()
        },
    )
    .await;
    assert!(refused.is_err(), "there is no profile without an account");
}

fn sample_empty() -> profile::Model {
    profile::Model {
        user_id: ADA,
        bio: String::new(),
        gender: None,
        age_min: None,
        age_max: None,
        interests: profile::Names::default(),
        looking_for: profile::Names::default(),
        languages: profile::Names::default(),
        preferred_genders: profile::Names::default(),
        updated_at: 0,
    }
}

async fn sign_in(db: &DatabaseConnection, number: u128) {
    let session = session::Model {
        id: id(number),
        user_id: ADA,
        current_hash: format!("first {number}"),
        previous_hash: None,
        rotated_at: 1,
        created_at: 1,
        last_used_at: 1,
        expires_at: 1_000,
        user_agent: Some("Firefox".to_owned()),
        ended_at: None,
    };
    session::Entity::insert(session::ActiveModel::from(session))
        .exec_without_returning(db)
        .await
        .expect("sign in");
}

async fn of_two_rotations_with_one_token_one_wins(db: &DatabaseConnection) {
    register(db, ADA, "ada").await.expect("register");
    sign_in(db, 1).await;
    let (one, other) = tokio::join!(
        session::Entity::rotate(db, id(1), "first 1", "second", 50),
        session::Entity::rotate(db, id(1), "first 1", "second'", 50),
    );
    assert_ne!(
        one.expect("rotate"),
        other.expect("rotate"),
        "exactly one wins"
    );
    let stored = session::Entity::find_active(id(1), 60)
        .one(db)
        .await
        .expect("read")
        .expect("session");
    assert_eq!(
        (
            stored.previous_hash.as_deref(),
            stored.rotated_at,
            stored.last_used_at
        ),
        (Some("first 1"), 50, 50)
    );
    assert!(stored.current_hash.starts_with("second"));
}

async fn an_ended_or_expired_session_cannot_be_used(db: &DatabaseConnection) {
    register(db, ADA, "ada").await.expect("register");
    sign_in(db, 1).await;
    assert_eq!(
        session::Entity::find_active(id(1), 1_000).one(db).await,
        Ok(None),
        "expired"
    );
    assert_eq!(
        session::Entity::rotate(db, id(1), "first 1", "x", 1_000).await,
        Ok(false),
        "expired"
    );
    assert_eq!(
        session::Entity::end(db, BEN, id(1), 60).await,
        Ok(false),
        "not his"
    );
    assert_eq!(session::Entity::end(db, ADA, id(1), 60).await, Ok(true));
    assert_eq!(
        session::Entity::end(db, ADA, id(1), 70).await,
        Ok(false),
        "had ended before"
    );
    assert_eq!(
        session::Entity::find_active(id(1), 80).one(db).await,
        Ok(None)
    );
    assert_eq!(
        session::Entity::rotate(db, id(1), "first 1", "x", 80).await,
        Ok(false),
        "ended"
    );
}

async fn ending_all_sessions_spares_the_one_to_keep(db: &DatabaseConnection) {
    register(db, ADA, "ada").await.expect("register");
    for number in 1..=3 {
        sign_in(db, number).await;
    }
    assert_eq!(
        session::Entity::end_all(db, ADA, Some(id(2)), 60).await,
        Ok(vec![id(1), id(3)])
    );
    let open = session::Entity::active_of(ADA, 61, None)
        .all(db)
        .await
        .expect("read");
    assert_eq!(
        open.iter().map(|session| session.id).collect::<Vec<_>>(),
        [id(2)]
    );
    assert_eq!(
        session::Entity::end_all(db, ADA, None, 62).await,
        Ok(vec![id(2)])
    );
    assert_eq!(
        session::Entity::end_all(db, ADA, None, 63).await,
        Ok(vec![])
    );
}
