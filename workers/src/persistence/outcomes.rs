//! What the members of matched rooms decided, stored with their rooms: what the matching model learns from.

use std::collections::HashMap;

use bootstrap::Transaction;
use domain::{
    Timestamp,
    account::{age_on, parse_date},
    matching::Features,
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

    /// What the model reads, and no more of the profile.
    fn features(&self, user: Uuid, at: Timestamp) -> Result<Option<Value>, DbErr> {
        let (Some(account), Some(profile)) = (self.accounts.get(&user), self.profiles.get(&user))
        else {
            return Ok(None);
        };
        let born = parse_date(&account.date_of_birth);
        let Some(age) = born.map(|born| age_on(born, at.to_datetime().date())) else {
            return Ok(None);
        };
        let features = Features {
            age,
            interests: profile.interests.0.clone(),
            looking_for: profile.looking_for.0.clone(),
            languages: profile.languages.0.clone(),
            ..Features::default()
        };
        rows::document(&features).map(Some)
    }
}
