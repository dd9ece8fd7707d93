//! What the members of matched rooms decided, stored with their rooms: what the matching model learns from.

use std::collections::HashMap;

use bootstrap::Transaction;
use domain::{
    Timestamp,
    account::{age_on, parse_date},
    matching::{Features, has_age_wish},
    room::{Decisions, Room},
};
use entities::{matching_outcome, profile, user};
use sea_orm::DbErr;
use serde_json::Value;
use uuid::Uuid;

use super::{
    decode::{Event, sql_seq},
    rooms::Life,
    rows,
};

/// A decided room of a batch.
type Outcome<'a> = (&'a Event<Life>, &'a Room, Decisions);

/// Stores the outcomes among these rooms. A repetition changes nothing and is counted.
pub(super) async fn record<'a>(
    transaction: &Transaction,
    rooms: impl Iterator<Item = (&'a Event<Life>, &'a Room)>,
) -> Result<(), DbErr> {
    let decided = rooms.filter_map(|(event, room)| Some((event, room, room.decisions()?)));
    let decided: Vec<Outcome<'_>> = decided
        .filter(|(_, room, _)| room.the_match().is_some())
        .collect();
    if decided.is_empty() {
        return Ok(());
    }
    let members = decided.iter().flat_map(|(_, room, _)| room.members);
    let portraits = Portraits::of(transaction, members.map(|member| member.0).collect()).await?;
    let rows = decided
        .iter()
        .map(|outcome| portraits.row(outcome))
        .collect::<Result<Vec<_>, _>>()?;
    let given = rows.len() as u64;
    let new = matching_outcome::Entity::record(transaction, rows).await?;
    metrics::counter!("webchat_matching_outcomes_total", "fate" => "duplicate")
        .increment(given.saturating_sub(new));
    Ok(())
}

/// What accounts say of themselves now.
struct Portraits {
    accounts: HashMap<Uuid, user::Model>,
    profiles: HashMap<Uuid, profile::Model>,
}

impl Portraits {
    async fn of(transaction: &Transaction, users: Vec<Uuid>) -> Result<Self, DbErr> {
        let accounts = user::Entity::find_all(&users).all(transaction).await?;
        let profiles = profile::Entity::among(transaction, &users).await?;
        Ok(Self {
            accounts: accounts.into_iter().map(|row| (row.id, row)).collect(),
            profiles: profiles.into_iter().map(|row| (row.user_id, row)).collect(),
        })
    }

    fn row(
        &self,
        (event, room, decisions): &Outcome<'_>,
    ) -> Result<matching_outcome::Model, DbErr> {
        let [low, high] = room.members;
        Ok(matching_outcome::Model {
            room_id: room.id.0,
            seq: sql_seq(event.seq),
            low_user: self.counts_for(low.0, event.at),
            high_user: self.counts_for(high.0, event.at),
            low_keeps: decisions.keeps[0],
            high_keeps: decisions.keeps[1],
            ran_out: decisions.ran_out,
            low_features: self.features(low.0, event.at)?,
            high_features: self.features(high.0, event.at)?,
            score: room.the_match().map_or(0.0, |found| found.score),
            decided_at: event.at.0,
            fate: None,
        })
    }

    /// The user, or nobody where the user has reset what was learned since it was decided.
    fn counts_for(&self, user: Uuid, decided_at: Timestamp) -> Uuid {
        let reset_at = self
            .accounts
            .get(&user)
            .and_then(|row| row.learned_reset_at);
        match reset_at {
            Some(reset_at) if decided_at.0 <= reset_at => Uuid::new_v4(),
            _ => user,
        }
    }

    /// What the model reads of the user, as it was then.
    fn features(&self, user: Uuid, at: Timestamp) -> Result<Option<Value>, DbErr> {
        let (Some(account), Some(profile)) = (self.accounts.get(&user), self.profiles.get(&user))
        else {
            return Ok(None);
        };
        let born = parse_date(&account.date_of_birth);
        let Some(age) = born.map(|born| age_on(born, at.to_datetime().date())) else {
            return Ok(None);
        };
        let features = read_by_the_model(age, profile);
        rows::document(&features).map(Some)
    }
}

/// What the model reads of a profile, and no more: the age and the wish for an age only of whoever has set one.
fn read_by_the_model(age: u8, profile: &profile::Model) -> Features {
    let [age_min, age_max] = profile.wished_ages();
    let mut features = Features {
        age,
        age_min,
        age_max,
        interests: profile.interests.0.clone(),
        looking_for: profile.looking_for.0.clone(),
        languages: profile.languages.0.clone(),
        ..Features::default()
    };
    if !has_age_wish(&features) {
        features.age = 0;
    }
    features
}

#[cfg(test)]
mod tests {
    use domain::matching::model::Portrait;

    use super::*;

    fn stored(age_max: Option<i32>) -> Features {
        let profile = profile::Model {
            user_id: Uuid::nil(),
            bio: String::new(),
            gender: Some("woman".to_owned()),
            age_min: None,
            age_max,
            interests: vec!["chess".to_owned()].into(),
            looking_for: Default::default(),
            languages: Default::default(),
            preferred_genders: Default::default(),
            updated_at: 0,
        };
        read_by_the_model(30, &profile)
    }

    #[test]
    fn an_age_is_learned_from_only_where_its_owner_has_set_a_wish_for_one() {
        let with_wish = stored(Some(40));
        assert_eq!(Portrait::from(&with_wish).age, Some(30.0));
        let without = stored(None);
        assert_eq!((without.age, Portrait::from(&without).age), (0, None));
        assert_eq!(without.interests, ["chess"]);
        assert_eq!(without.gender, "", "no feature");
    }
}
