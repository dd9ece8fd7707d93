//! People by what the filters ask of them as a group, so that a search begins among those who may be wanted.

use std::{collections::BTreeMap, ops::Range};

use super::{
    Roster,
    person::Person,
    reserve::{Term, Terms},
};

/// What the filters ask of people as a group: minor, gender, wanted genders.
type Kind = (bool, u8, u64);

/// People of one kind, by age.
pub(super) struct Bucket {
    kind: Kind,
    pub ranks: Vec<u32>,
    /// What the roster knows of them, and their terms, copied into this order: whoever is looked at side by side lies side by side.
    people: Vec<Person>,
    terms: Vec<Term>,
    /// How many are younger than each age; the last entry is all.
    younger: Vec<u32>,
}

/// Somebody who looks, or is seen.
#[derive(Clone, Copy)]
pub(super) struct Somebody<'a> {
    pub rank: u32,
    pub person: &'a Person,
    pub term: Term,
}

/// People of one kind of the ages that somebody wishes.
#[derive(Clone, Copy)]
pub(super) struct Window<'a> {
    pub ranks: &'a [u32],
    people: &'a [Person],
    terms: &'a [Term],
}

pub(super) fn buckets(roster: &Roster, terms: &Terms) -> Vec<Bucket> {
    let mut by_kind: BTreeMap<Kind, Vec<u32>> = BTreeMap::new();
    for (rank, person) in (0u32..).zip(&roster.people) {
        let kind = (person.is_minor, person.gender, person.wanted_genders);
        by_kind.entry(kind).or_default().push(rank);
    }
    let bucket = |(kind, mut ranks): (Kind, Vec<u32>)| {
        let age = |rank: &u32| roster.people[*rank as usize].age;
        ranks.sort_by_key(age);
        let mut younger = vec![0u32; 257];
        for rank in &ranks {
            younger[usize::from(age(rank)) + 1] += 1;
        }
        for next in 1..younger.len() {
            younger[next] += younger[next - 1];
        }
        Bucket {
            kind,
            people: ranks
                .iter()
                .map(|rank| roster.people[*rank as usize])
                .collect(),
            terms: ranks.iter().map(|rank| terms.of(*rank)).collect(),
            ranks,
            younger,
        }
    };
    by_kind.into_iter().map(bucket).collect()
}

impl<'a> Window<'a> {
    #[inline]
    pub(super) fn somebody(self, place: usize) -> Somebody<'a> {
        Somebody {
            rank: self.ranks[place],
            person: &self.people[place],
            term: self.terms[place],
        }
    }
}

impl Bucket {
    #[inline]
    pub(super) fn aged(&self, (youngest, oldest): (u8, u8)) -> Window<'_> {
        let begin = self.younger[usize::from(youngest)] as usize;
        // Nobody, where the oldest is younger than the youngest.
        let end = (self.younger[usize::from(oldest) + 1] as usize).max(begin);
        self.window(begin..end)
    }

    #[inline]
    fn window(&self, places: Range<usize>) -> Window<'_> {
        Window {
            ranks: &self.ranks[places.clone()],
            people: &self.people[places.clone()],
            terms: &self.terms[places],
        }
    }

    #[inline]
    pub(super) fn somebody(&self, place: usize) -> Somebody<'_> {
        self.window(0..self.ranks.len()).somebody(place)
    }
}

pub(super) fn partners_of<'a>(bucket: &Bucket, buckets: &'a [Bucket]) -> Vec<&'a Bucket> {
    let suiting = buckets.iter();
    suiting
        .filter(|other| suits(bucket.kind, other.kind))
        .collect()
}

fn suits((minor, gender, wanted): Kind, (other_minor, other_gender, other_wanted): Kind) -> bool {
    minor == other_minor && wanted >> other_gender & 1 == 1 && other_wanted >> gender & 1 == 1
}
