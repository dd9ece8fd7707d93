//! How many wait, by what the filters of others read.

use std::{collections::HashMap, hash::Hash};

use super::{
    Features, FilterName, Filtered,
    filter::{
        admits_age, admits_gender, has_age_wish, has_gender_wish, have_a_common_language, is_minor,
    },
};

/// Of fewer others nobody is counted: a person could be told from a number that changes with the own wishes.
pub const COUNTED_FROM: u32 = 10;
/// Counts are told to the nearest multiple of it.
pub const COUNTED_BY: u32 = 5;

/// Counts of the people who wait, of minors and adults each by themselves, as these never meet. Kept while they come and go, so
/// that nobody has to look at all of them to say whom the filters of one keep out.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Census {
    minors: Group,
    adults: Group,
}

/// The people of one age group.
#[derive(Debug, Default, PartialEq, Eq)]
struct Group {
    people: u32,
    genders: HashMap<String, u32>,
    ages: HashMap<u8, u32>,
    /// By the languages that one speaks, as the person has named them.
    languages: HashMap<Vec<String>, u32>,
}

impl Census {
    /// Somebody waits from now on.
    pub fn joins(&mut self, person: &Features) {
        let group = self.group_mut(person.age);
        group.people += 1;
        *group.genders.entry(person.gender.clone()).or_default() += 1;
        *group.ages.entry(person.age).or_default() += 1;
        let languages = person.languages.clone();
        *group.languages.entry(languages).or_default() += 1;
    }

    /// Somebody who was counted waits no more.
    pub fn leaves(&mut self, person: &Features) {
        let group = self.group_mut(person.age);
        group.people = group.people.saturating_sub(1);
        one_less(&mut group.genders, &person.gender);
        one_less(&mut group.ages, &person.age);
        one_less(&mut group.languages, &person.languages);
    }

    /// About how many of the others of the own age group each filter that `me`, who is counted, has set keeps out, by itself: to
    /// the nearest multiple of [`COUNTED_BY`], and withheld where there are fewer than [`COUNTED_FROM`] others. A filter that is
    /// not set is not listed; the wishes of the others and the age groups are not one's own filters.
    pub fn excluded(&self, me: &Features) -> Vec<Filtered> {
        let group = if is_minor(me.age) {
            &self.minors
        } else {
            &self.adults
        };
        let withheld = group.people.saturating_sub(1) < COUNTED_FROM;
        let set = group.kept_out(me).into_iter();
        let told = set.map(|(name, excluded)| Filtered {
            name,
            excluded: if withheld { 0 } else { told(excluded) },
            withheld,
        });
        told.collect()
    }

    fn group_mut(&mut self, age: u8) -> &mut Group {
        if is_minor(age) {
            &mut self.minors
        } else {
            &mut self.adults
        }
    }
}

impl Group {
    /// The set filters, with how many each keeps out.
    fn kept_out(&self, me: &Features) -> Vec<(FilterName, u32)> {
        let genders = self.genders.iter();
        let genders = genders.map(|(gender, count)| (admits_gender(me, gender), *count));
        let ages = self.ages.iter();
        let ages = ages.map(|(age, count)| (admits_age(me, *age), *count));
        let languages = self.languages.iter();
        let languages = languages
            .map(|(spoken, count)| (have_a_common_language(&me.languages, spoken), *count));
        let counted = [
            (
                FilterName::Gender,
                has_gender_wish(me),
                kept_out(genders, admits_gender(me, &me.gender)),
            ),
            (
                FilterName::Age,
                has_age_wish(me),
                kept_out(ages, admits_age(me, me.age)),
            ),
            (
                FilterName::Language,
                !me.languages.is_empty(),
                kept_out(languages, true),
            ),
        ];
        let set = counted.into_iter().filter(|(_, is_set, _)| *is_set);
        set.map(|(name, _, excluded)| (name, excluded)).collect()
    }
}

/// How many are not admitted, but for oneself.
fn kept_out(counts: impl Iterator<Item = (bool, u32)>, admits_oneself: bool) -> u32 {
    let all: u32 = counts
        .filter(|(admitted, _)| !admitted)
        .map(|(_, count)| count)
        .sum();
    all.saturating_sub(u32::from(!admits_oneself))
}

/// What is told of a count.
fn told(count: u32) -> u32 {
    (count + COUNTED_BY / 2) / COUNTED_BY * COUNTED_BY
}

fn one_less<K: Eq + Hash>(counts: &mut HashMap<K, u32>, key: &K) {
    let left = counts.get_mut(key).map(|count| {
        *count = count.saturating_sub(1);
        *count
    });
    if left == Some(0) {
        counts.remove(key);
    }
}
