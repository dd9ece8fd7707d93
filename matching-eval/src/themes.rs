//! The themes of the interests of some people: principal components of what they like, and of no decision.

use domain::matching::model::{Loading, Portrait, THEMES, Themes};

use crate::{answers::interests, layout::rounded, principal::components};

/// Less variance than this is none.
const LEAST_VARIANCE: f64 = 1e-9;

/// The first principal components of what each of them likes beside the mean of all that the person likes. What somebody has
/// not said counts as average. Of people who all like the same there are no themes.
pub fn themes_of(people: &[&Portrait]) -> Themes {
    let names: Vec<&str> = interests().collect();
    let beside_own_mean: Vec<Vec<Option<f64>>> = people
        .iter()
        .map(|person| beside_own_mean(&names, person))
        .collect();
    let centres: Vec<f64> = (0..names.len())
        .map(|place| rounded(mean(beside_own_mean.iter().filter_map(|one| one[place]))))
        .collect();
    let mut covariance = vec![vec![0.0; names.len()]; names.len()];
    for one in &beside_own_mean {
        let more: Vec<f64> = one
            .iter()
            .zip(&centres)
            .map(|(value, centre)| value.map_or(0.0, |value| value - centre))
            .collect();
        for (row, x) in covariance.iter_mut().zip(&more) {
            for (cell, y) in row.iter_mut().zip(&more) {
                *cell += x * y / count(people.len());
            }
        }
    }
    let found = components(covariance);
    let [first, second, third] = std::array::from_fn::<_, THEMES, _>(|theme| &found[theme]);
    if third.variance < LEAST_VARIANCE {
        return Themes::default();
    }
    let loading = |(place, (name, centre)): (usize, (&str, f64))| {
        // In standard deviations along the component.
        let adds =
            [first, second, third].map(|one| rounded(one.direction[place] / one.variance.sqrt()));
        (name.to_owned(), Loading { centre, adds })
    };
    Themes::new(names.into_iter().zip(centres).enumerate().map(loading))
}

fn beside_own_mean(names: &[&str], person: &Portrait) -> Vec<Option<f64>> {
    let said: Vec<Option<f64>> = names
        .iter()
        .map(|name| person.interests.get(*name).copied())
        .collect();
    let own = mean(said.iter().flatten().copied());
    said.into_iter().map(|value| Some(value? - own)).collect()
}

/// 0 of nothing.
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut counted) = (0.0, 0);
    for value in values {
        sum += value;
        counted += 1;
    }
    if counted == 0 {
        0.0
    } else {
        sum / count(counted)
    }
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Somebody who likes the first interests more than others by `lean`, the fourth by `own`, and all by `keen`.
    fn person(lean: f64, own: f64, keen: f64) -> Portrait {
        let value = |place| match place {
            0..3 => 0.5 + lean,
            3 => 0.5 + own,
            _ => 0.5,
        };
        let said = interests().enumerate();
        Portrait {
            interests: said
                .map(|(place, name)| (name.to_owned(), value(place) + keen))
                .collect(),
            ..Portrait::default()
        }
    }

    fn people() -> Vec<Portrait> {
        let number = |one: i32| f64::from(one) / 10.0;
        let each = |one| person(number(one % 5), number(one % 3) / 2.0, number(one % 7));
        let mut people: Vec<Portrait> = (0..105).map(each).collect();
        // So that there is a third one.
        for (number, one) in (0..).map(f64::from).zip(&mut people) {
            one.interests
                .insert("yoga".to_owned(), 0.5 + number.sin() / 20.0);
        }
        people
    }

    #[test]
    fn the_first_theme_is_what_differs_most_between_people_and_not_how_keen_they_are() {
        let people = people();
        let themes = themes_of(&people.iter().collect::<Vec<_>>());
        let first = |person: Portrait| themes.places(&person).unwrap()[0];
        let (more, less) = (first(person(0.4, 0.0, 0.0)), first(person(0.0, 0.0, 0.0)));
        assert!((more - less).abs() > 1.0, "{more} {less}");
        let keen = first(person(0.4, 0.0, 0.5));
        assert!((keen - more).abs() < 1e-9, "{keen} {more}");
    }

    #[test]
    fn places_are_in_standard_deviations_of_the_people() {
        let people = people();
        let themes = themes_of(&people.iter().collect::<Vec<_>>());
        let places: Vec<_> = people
            .iter()
            .map(|one| themes.places(one).unwrap())
            .collect();
        for theme in 0..THEMES {
            let of_theme = || places.iter().map(|place| place[theme]);
            let centre = mean(of_theme());
            let variance = mean(of_theme().map(|place| (place - centre).powi(2)));
            assert!(centre.abs() < 1e-3, "{centre}");
            assert!((variance - 1.0).abs() < 1e-3, "{variance}");
        }
    }

    #[test]
    fn people_who_all_like_the_same_have_no_themes() {
        let same = person(0.3, 0.1, 0.0);
        assert_eq!(themes_of(&[&same, &same, &same]), Themes::default());
        assert_eq!(themes_of(&[]), Themes::default());
        assert_eq!(themes_of(&[&Portrait::default()]), Themes::default());
    }
}
