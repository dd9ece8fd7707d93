//! What people are told of what was learned of them.

use std::collections::BTreeMap;

use domain::{
    Timestamp, UserId,
    matching::{Telling, knows_the_answer, model::Model},
};
use entities::{matching_outcome, matching_telling};
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

/// Counts outcomes that the model has just learned for their members, and tells each what gives nobody's answer away. All of
/// one transaction are told together: what is believed is what all of them have taught.
pub(super) async fn members<C: ConnectionTrait>(
    db: &C,
    model: &Model,
    learned: &[&matching_outcome::Model],
    model_version: i64,
) -> Result<(), DbErr> {
    let sides = learned.iter().flat_map(|row| {
        [
            (row.low_user, row.low_keeps),
            (row.high_user, row.high_keeps),
        ]
        .map(|(member, keeps)| {
            let knows = knows_the_answer(keeps, row.ran_out);
            (member, (knows, Timestamp(row.decided_at)))
        })
    });
    let mut of_members: BTreeMap<Uuid, Vec<(bool, Timestamp)>> = BTreeMap::new();
    for (member, outcome) in sides.filter(|(member, _)| !matching_outcome::is_nobody(*member)) {
        of_members.entry(member).or_default().push(outcome);
    }
    let members: Vec<Uuid> = of_members.keys().copied().collect();
    let stored = matching_telling::Entity::among(db, &members).await?;
    let mut tellings: BTreeMap<Uuid, Telling> = stored
        .iter()
        .map(|row| (row.user_id, row.telling()))
        .collect();
    for (member, outcomes) in &of_members {
        let telling = tellings.entry(*member).or_default();
        for (knows, decided_at) in outcomes {
            telling.count(*knows, *decided_at);
        }
        telling.tell(model.person(UserId(*member)), model_version.unsigned_abs());
    }
    matching_telling::Entity::save(db, tellings.into_iter().collect()).await
}
