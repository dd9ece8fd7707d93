//! Themes: what somebody's interests come to as a whole, for example rather museums than sports.
//!
//! They are principal components of the interests of the people whom the shipped weights come from: fixed numbers that
//! ship with the weights, made of what people like and of no decision.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::portrait::Portrait;

/// How many themes there are.
pub const THEMES: usize = 3;

/// What the products of two people's places on each theme are called in the weights.
pub(super) const PRODUCTS: [&str; THEMES] = [
    "first_theme_product",
    "second_theme_product",
    "third_theme_product",
];

/// What an interest adds to each theme.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loading {
    /// How much the interest is liked on average, beside the mean of all interests of the same person.
    pub centre: f64,
    /// What more of it than that adds to the place on the first, second and third theme.
    pub adds: [f64; THEMES],
}

/// What each interest adds to the themes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Themes(BTreeMap<String, Loading>);

impl Themes {
    /// By the name of the interest.
    pub fn new(loadings: impl IntoIterator<Item = (String, Loading)>) -> Self {
        Self(loadings.into_iter().collect())
    }

    /// What each interest adds, in the order of their names.
    pub fn loadings(&self) -> impl Iterator<Item = (&str, &Loading)> {
        self.0
            .iter()
            .map(|(name, loading)| (name.as_str(), loading))
    }

    /// The person's place on each theme: `Σ adds · (interest − mean of the person's interests − centre)`, over the
    /// interests that the themes know and the person says; in standard deviations of the people whom the themes come
    /// from. Nothing where the person says none of them.
    pub fn places(&self, of: &Portrait) -> Option<[f64; THEMES]> {
        let said = |(name, loading)| {
            let value = of.interests.get(name).copied();
            Some((loading, value.filter(|value| value.is_finite())?))
        };
        let said = || self.loadings().filter_map(said);
        let count = u32::try_from(said().count()).unwrap_or(u32::MAX);
        let mean = said().map(|(_, value)| value).sum::<f64>() / f64::from(count);
        let mut places = [0.0; THEMES];
        for (Loading { centre, adds }, value) in said() {
            for (place, add) in places.iter_mut().zip(adds) {
                *place += add * (value - mean - centre);
            }
        }
        (count > 0).then_some(places)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::model::{Model, Pair, PriorFault, Weight, tests::prior};

    /// The first theme is rather museums than sports.
    fn themes() -> Themes {
        let loading = |name: &str, first| {
            let adds = [first, 0.0, 0.0];
            (name.to_owned(), Loading { centre: 0.1, adds })
        };
        Themes::new([loading("museums", 1.0), loading("sports", -1.0)])
    }

    fn liking(museums: f64, sports: f64) -> Portrait {
        let interests = [("museums", museums), ("sports", sports)];
        Portrait {
            interests: interests
                .map(|(name, value)| (name.to_owned(), value))
                .into(),
            ..Portrait::default()
        }
    }

    fn product(one: &Portrait, other: &Portrait) -> Option<f64> {
        Pair::new(&themes(), one, other).value("first_theme_product")
    }

    #[test]
    fn who_lean_to_the_same_side_of_a_theme_have_a_product_above_zero() {
        let (visitor, painter, runner) = (liking(0.9, 0.1), liking(0.6, 0.2), liking(0.2, 0.9));
        assert!(product(&visitor, &painter).unwrap() > 0.0);
        assert!(product(&runner, &runner).unwrap() > 0.0);
        assert!(product(&visitor, &runner).unwrap() < 0.0);
    }

    #[test]
    fn a_theme_is_what_one_likes_beside_ones_own_mean() {
        let (modest, keen) = (liking(0.2, 0.0), liking(1.0, 0.8));
        let [modest, keen] = [modest, keen].map(|one| themes().places(&one).unwrap()[0]);
        assert!((modest - keen).abs() < 1e-12, "{modest} {keen}");
    }

    #[test]
    fn who_says_no_interest_of_the_themes_has_no_place_on_them() {
        let nothing_finite = liking(f64::NAN, f64::INFINITY);
        for silent in [Portrait::default(), nothing_finite] {
            assert_eq!(themes().places(&silent), None);
            assert_eq!(product(&silent, &liking(0.5, 0.2)), None);
        }
    }

    #[test]
    fn themes_that_cannot_be_used_are_refused_by_name() {
        let weight = Weight {
            centre: 0.0,
            scale: 1.0,
            mean: 0.1,
            variance: 0.01,
        };
        let fault = |themes: Themes| {
            let mut prior = prior();
            prior.pair.insert("first_theme_product".to_owned(), weight);
            prior.themes = themes;
            Model::new(prior).err()
        };
        assert_eq!(fault(themes()), None);
        let unknown = PriorFault::UnknownFormula("first_theme_product".to_owned());
        assert_eq!(fault(Themes::default()), Some(unknown));
        for number in [f64::NAN, f64::NEG_INFINITY, 1e9] {
            let loading = |centre, add| Loading {
                centre,
                adds: [0.0, 0.0, add],
            };
            for loading in [loading(number, 0.0), loading(0.0, number)] {
                let improper = Some(PriorFault::Improper("music".to_owned()));
                assert_eq!(
                    fault(Themes::new([("music".to_owned(), loading)])),
                    improper
                );
            }
        }
    }
}
