//! What two people decide is learned by the real programs, is told to both, and can be taken back.

use contract::api::LearnedView;
use serde_json::json;

use crate::{client::Person, eventually, journey::two_people_keep_each_other, roles::Roles};

const PATH: &str = "/users/me/learned";

async fn learned(person: &Person) -> LearnedView {
    person.get(PATH).await.expect(200)
}

#[tokio::test]
async fn what_two_people_decided_is_learned_told_to_them_and_taken_back() {
    let roles = Roles::start(&[]).await;
    let url = roles.url("gateway");
    let people = two_people_keep_each_other(&url, &url).await;
    for person in &people {
        let known = eventually("the outcome is learned", async || {
            let known = learned(person).await;
            (known.outcomes == 1).then_some(known)
        })
        .await;
        // In steps of .5: one conversation moves what others think of somebody by less than half of one.
        assert!(
            known.generosity.value > 0.0 && known.appeal.value >= 0.0,
            "{known:?}"
        );
    }
    let [ada, ben] = &people;
    assert_eq!(ada.delete(PATH, json!({})).await.status, 204);
    let said = roles.operate(&["learn"]).await;
    assert!(said.success, "{said:?}");
    let told = [
        "made anew from 1 outcomes",
        "of 1 people something is known",
    ];
    assert!(
        told.iter().all(|part| said.stdout.contains(part)),
        "{said:?}"
    );
    assert_eq!(
        (learned(ada).await.outcomes, learned(ben).await.outcomes),
        (0, 1)
    );
}
