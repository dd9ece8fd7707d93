//! The records of the speed-dating experiment.

use std::{collections::BTreeMap, path::Path};

use domain::{UserId, matching::model::Portrait};
use serde_json::{Map, Value};

use crate::{
    answers::portrait,
    table::{Row, Table},
};

/// The number of a participant.
pub type Iid = i64;
/// Every participant by number.
pub type People = BTreeMap<Iid, Portrait>;

/// One date, and what both decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    pub wave: i64,
    pub m: Iid,
    pub f: Iid,
    /// The how-manieth date of the man's evening.
    pub order: i64,
    pub keep_m: bool,
    pub keep_f: bool,
    /// Whether both were in the first half of their evening.
    pub in_first_half: bool,
    /// Whether everybody had to say yes to half of the others.
    pub has_yes_budget: bool,
}

/// The person in the model.
pub fn user(iid: Iid) -> UserId {
    UserId(uuid::Uuid::from_u64_pair(0, iid.unsigned_abs()))
}

pub fn read_people(path: &Path) -> anyhow::Result<People> {
    let table = Table::read(path)?;
    let people = table.rows().map(|row| {
        let number = |column: &str| row.number(column);
        Ok((row.integer("iid")?, portrait(number)?))
    });
    people.collect()
}

/// The people of a wave, as replay.py sends them.
pub fn people_of_json(people: &[Map<String, Value>]) -> anyhow::Result<People> {
    let people = people.iter().map(|person| {
        let number = |column: &str| Ok(person.get(column).and_then(Value::as_f64));
        let iid = person.get("iid").and_then(Value::as_i64);
        let iid = iid.ok_or_else(|| anyhow::anyhow!("a person without `iid`"))?;
        Ok((iid, portrait(number)?))
    });
    people.collect()
}

pub fn read_dates(path: &Path) -> anyhow::Result<Vec<Date>> {
    let table = Table::read(path)?;
    let mut dates: Vec<Date> = table.rows().map(date).collect::<anyhow::Result<_>>()?;
    dates.sort_by_key(|date| (date.wave, date.order, date.m));
    Ok(dates)
}

/// The pairs of a table whose decisions may be blank.
pub fn read_pairs(path: &Path) -> anyhow::Result<Vec<(i64, Iid, Iid)>> {
    let table = Table::read(path)?;
    let pairs = table
        .rows()
        .map(|row| Ok((row.integer("wave")?, row.integer("m")?, row.integer("f")?)));
    pairs.collect()
}

fn date(row: Row<'_>) -> anyhow::Result<Date> {
    Ok(Date {
        wave: row.integer("wave")?,
        m: row.integer("m")?,
        f: row.integer("f")?,
        order: row.integer("order_m")?,
        keep_m: row.integer("dec_m")? == 1,
        keep_f: row.integer("dec_f")? == 1,
        in_first_half: row.text("phase")? == Some("history"),
        has_yes_budget: row.integer("budget_wave")? == 1,
    })
}
