//! Scores for pairlift.py.

use std::{collections::BTreeSet, fmt::Write};

use anyhow::Context;
use domain::matching::model::{Decided, Model, Outcome, Person};

use crate::{
    records::{Date, Iid, People, user},
    source::Priors,
};

/// The table of all directions of the pairs, wave by wave. The dates in `history` are learned beforehand, those of a wave
/// for that wave alone.
///
/// # Errors
/// Somebody is not among the people.
pub fn score(
    priors: &Priors,
    people: &People,
    pairs: &[(i64, Iid, Iid)],
    history: &[Date],
    sweeps: u32,
) -> anyhow::Result<String> {
    let mut table = "wave,iid,pid,score\n".to_owned();
    let waves: BTreeSet<i64> = pairs.iter().map(|(wave, _, _)| *wave).collect();
    for wave in waves {
        let dates = history.iter().filter(|date| date.wave == wave);
        let decided: Vec<Decided<'_>> = dates
            .zip(1..)
            .map(|(date, seq)| decided(people, date, seq))
            .collect::<anyhow::Result<_>>()?;
        let model = Model::rebuild(priors.of(wave)?, &decided, sweeps)?;
        for (_, m, f) in pairs.iter().filter(|pair| pair.0 == wave) {
            for (decider, partner) in [(m, f), (f, m)] {
                let p =
                    model.keep_probability(person(people, *decider)?, person(people, *partner)?);
                writeln!(table, "{wave},{decider},{partner},{p:.6}")?;
            }
        }
    }
    Ok(table)
}

/// A participant, as the model sees them.
pub fn person(people: &People, iid: Iid) -> anyhow::Result<Person<'_>> {
    let portrait = people
        .get(&iid)
        .with_context(|| format!("nobody is {iid}"))?;
    Ok(Person {
        user: user(iid),
        portrait,
    })
}

fn decided<'a>(people: &'a People, date: &Date, seq: u64) -> anyhow::Result<Decided<'a>> {
    Ok(Decided {
        outcome: outcome(date.m, date.f, date.keep_m, date.keep_f, seq),
        one: person(people, date.m)?.portrait,
        other: person(people, date.f)?.portrait,
    })
}

/// A date as the outcome of a room.
pub fn outcome(m: Iid, f: Iid, keep_m: bool, keep_f: bool, seq: u64) -> Outcome {
    Outcome {
        seq,
        room: domain::RoomId(uuid::Uuid::from_u64_pair(1, seq)),
        one: user(m),
        other: user(f),
        one_keeps: keep_m,
        other_keeps: keep_f,
    }
}
