use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn a_new_account_is_signed_in_and_shown_to_its_owner() {
    let world = World::without_workers(&[]).await;
    let registered = world.client().register("Ann", "1990-05-17").await;
    let body = registered.expect(201);
    assert_eq!(
        (&body["token_type"], &body["expires_in"]),
        (&json!("Bearer"), &json!(900))
    );
    assert_eq!(body["user"]["display_name"], "Ann");
    assert_eq!(body["user"]["profile_complete"], false);
    let me = world
        .get(&registered.person(), "/users/me")
        .await
        .expect(200);
    assert_eq!(me, body["user"]);
    assert!(!registered.text.contains("correct horse") && !registered.text.contains("argon2"));
}

#[tokio::test]
async fn a_name_belongs_to_one_whatever_the_case_and_whoever_is_faster() {
    let world = World::without_workers(&[]).await;
    let client = world.client();
    let (one, other) = tokio::join!(
        client.register("Ann", "1990-05-17"),
        client.register("aNN", "1990-05-17")
    );
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409], "{} {}", one.text, other.text);
    client
        .register("ann", "1990-05-17")
        .await
        .expect_problem(409, "username_taken");
}

#[tokio::test]
async fn what_is_wrong_with_a_registration_is_named() {
    let world = World::without_workers(&[]).await;
    let client = world.client();
    client
        .register("ann", "2020-01-01")
        .await
        .expect_problem(422, "too_young");
    client
        .register("a", "1990-05-17")
        .await
        .expect_fault("username", "too_short");
    client
        .register("ann", "17.05.1990")
        .await
        .expect_fault("date_of_birth", "invalid_date");
    let form = json!({ "username": "ann", "password": "short", "date_of_birth": "1990-05-17" });
    client
        .send("POST", "/auth/register", None, Some(form))
        .await
        .expect_fault("password", "too_short");
    client.register("ann", "1990-05-17").await.expect(201);
}

#[tokio::test]
async fn a_profile_is_kept_and_completes_the_account() {
    let world = World::without_workers(&[]).await;
    let ann = world.client().register("ann", "1990-05-17").await.person();
    let empty = world.get(&ann, "/users/me/profile").await.expect(200);
    assert_eq!(
        (&empty["display_name"], &empty["interests"]),
        (&json!("ann"), &json!([]))
    );
    let profile = json!({
        "display_name": " Ann ", "bio": "Hello 👋", "interests": ["chess", "music"], "looking_for": ["friendship"],
        "languages": ["en", "de"], "gender": "woman", "preferred_genders": ["man"], "age_min": 20, "age_max": 40
    });
    let stored = world
        .ask(&ann, "PUT", "/users/me/profile", Some(profile))
        .await
        .expect(200);
    assert_eq!(stored["display_name"], "Ann");
    assert_eq!(
        world.get(&ann, "/users/me/profile").await.expect(200),
        stored
    );
    let me = world.get(&ann, "/users/me").await.expect(200);
    assert_eq!(
        (&me["display_name"], &me["profile_complete"]),
        (&json!("Ann"), &json!(true))
    );
    let renamed = world
        .ask(
            &ann,
            "PATCH",
            "/users/me",
            Some(json!({ "display_name": "Annie" })),
        )
        .await;
    assert_eq!(renamed.expect(200)["display_name"], "Annie");
}

#[tokio::test]
async fn what_is_wrong_with_a_profile_is_named_and_nothing_is_written() {
    let world = World::without_workers(&[]).await;
    let ann = world.person("ann").await;
    let before = world.get(&ann, "/users/me/profile").await.expect(200);
    let cases = [
        (
            json!({ "interests": ["napping"] }),
            "interests",
            "unknown_value",
        ),
        (json!({ "gender": 7 }), "gender", "wrong_type"),
        (json!({ "age_min": 300 }), "age_min", "invalid_value"),
        (
            json!({ "age_min": 40, "age_max": 20 }),
            "age_min",
            "min_above_max",
        ),
        (json!({ "shoe_size": 42 }), "shoe_size", "unknown_field"),
        (json!({ "bio": "x".repeat(501) }), "bio", "too_long"),
    ];
    for (form, field, code) in cases {
        world
            .ask(&ann, "PUT", "/users/me/profile", Some(form))
            .await
            .expect_fault(field, code);
    }
    assert_eq!(
        world.get(&ann, "/users/me/profile").await.expect(200),
        before
    );
}

#[tokio::test]
async fn the_options_of_the_forms_are_open_to_all() {
    let world = World::without_workers(&[]).await;
    let options = world
        .client()
        .send("GET", "/profiles/options", None, None)
        .await
        .expect(200);
    for list in [
        "interests",
        "looking_for",
        "languages",
        "genders",
        "report_reasons",
    ] {
        assert!(
            options[list]
                .as_array()
                .is_some_and(|values| !values.is_empty()),
            "{list}"
        );
    }
}
