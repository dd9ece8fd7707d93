//! Who meets in a round.

use super::*;

/// Who meets of men 0, 1, … and women 10, 11, …, by what each couple is worth; nothing where they may not meet.
fn met(worth: &[&[Option<f32>]]) -> Vec<(usize, usize)> {
    let women = worth[0].len();
    let iids = |from: Iid, count: usize| (from..).take(count);
    let guests = iids(0, worth.len()).map(|m| (m, "man", "woman"));
    let guests = guests.chain(iids(10, women).map(|f| (f, "woman", "man")));
    let candidates: Vec<Candidate> = guests.map(|guest| candidate(&guest)).collect();
    let worth_of = |man: usize, woman: usize| worth[man][woman - worth.len()];
    let mut may_meet = BTreeSet::new();
    for man in 0..worth.len() {
        for woman in worth.len()..worth.len() + women {
            if worth_of(man, woman).is_some() {
                may_meet.insert([candidates[man].user, candidates[woman].user]);
            }
        }
    }
    let worth = |one: usize, other: usize| worth_of(one.min(other), one.max(other)).unwrap();
    let mut met = everybody(&candidates, &may_meet, worth);
    met.sort_unstable();
    met
}

#[test]
fn the_largest_sum_wins_over_the_best_single_pair() {
    let worth: [&[_]; 2] = [&[Some(0.9), Some(0.8)], &[Some(0.8), Some(0.1)]];
    assert_eq!(met(&worth), [(0, 3), (1, 2)]);
}

#[test]
fn nobody_idles_who_could_meet_somebody_whatever_the_sum() {
    let worth: [&[_]; 2] = [&[Some(1.0), Some(0.0)], &[Some(0.9), None]];
    assert_eq!(met(&worth), [(0, 3), (1, 2)]);
}

#[test]
fn with_more_men_than_women_the_others_get_none() {
    let worth: [&[_]; 3] = [&[Some(0.1)], &[Some(0.7)], &[Some(0.2)]];
    assert_eq!(met(&worth), [(1, 3)]);
    assert_eq!(met(&[&[None, None]]), []);
}
