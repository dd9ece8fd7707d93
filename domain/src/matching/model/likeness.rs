//! What is specific to a pair: one formula a name.

use std::collections::BTreeSet;

use super::{
    portrait::{Portrait, Scales},
    themes::{PRODUCTS, THEMES, Themes},
};

/// Two people, as the formulas see them: one decides about the other.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    decider: &'a Portrait,
    partner: &'a Portrait,
    /// Their places on each theme, multiplied: [`Themes::places`].
    theme_products: Option<[f64; THEMES]>,
}

impl<'a> Pair<'a> {
    /// What depends on the themes is worked out here, once for all formulas.
    pub fn new(themes: &Themes, decider: &'a Portrait, partner: &'a Portrait) -> Self {
        let places = themes.places(decider).zip(themes.places(partner));
        let multiplied = |(a, b): ([f64; THEMES], [f64; THEMES])| {
            std::array::from_fn(|theme| a[theme] * b[theme])
        };
        Self {
            decider,
            partner,
            theme_products: places.map(multiplied),
        }
    }

    /// What the decider sees in the partner, by the name of the formula; nothing where one of them did not say enough, or
    /// where nothing has this name. `first_theme_product` and its like are the two places on that theme, multiplied: above 0
    /// where both lean to the same side, the more the further. Not symmetric: `age_gap` and the wishes look from the decider.
    pub fn value(&self, name: &str) -> Option<f64> {
        let Some(theme) = PRODUCTS.iter().position(|product| *product == name) else {
            return pair_value(name, self.decider, self.partner);
        };
        self.theme_products
            .map(|products| products[theme])
            .filter(|product| product.is_finite())
    }
}

/// Whether [`Pair::value`] knows the name, with these themes.
pub(super) fn is_formula(name: &str, themes: &Themes) -> bool {
    let has_themes = themes.loadings().next().is_some();
    FORMULAS.iter().any(|(known, _)| *known == name) || (has_themes && PRODUCTS.contains(&name))
}

/// What `decider` sees in `partner` by the formula of this name, which needs the two portraits alone.
pub(super) fn pair_value(name: &str, decider: &Portrait, partner: &Portrait) -> Option<f64> {
    let formula = FORMULAS.iter().find(|(known, _)| *known == name)?;
    (formula.1)(decider, partner).filter(|value| value.is_finite())
}

/// A number that one person's portrait and another's make together.
pub(super) type Formula = fn(&Portrait, &Portrait) -> Option<f64>;

/// Every formula by its name in the weights.
pub(super) const FORMULAS: &[(&str, Formula)] = &[
    ("age_gap", age_gap),
    ("years_apart", |a, b| age_gap(a, b).map(f64::abs)),
    ("years_apart_squared", |a, b| {
        age_gap(a, b).map(|gap| (gap * gap).min(100.0))
    }),
    ("interests_cosine", |a, b| {
        cosine(&a.interests, &b.interests)
    }),
    ("interests_correlation", |a, b| {
        correlation(&a.interests, &b.interests)
    }),
    ("interests_distance", |a, b| {
        distance(&a.interests, &b.interests)
    }),
    ("activity_product", |a, b| product(a, b, "interests.mean")),
    ("same_field", |a, b| same(a, b, "field")),
    ("same_career", |a, b| same(a, b, "career")),
    ("common_goal", common_goal),
    ("going_out_apart", |a, b| apart(a, b, "habit.going_out")),
    ("dating_apart", |a, b| apart(a, b, "habit.dating")),
    ("optimism_product", |a, b| product(a, b, "habit.optimism")),
    ("wishes_met", wishes_met),
    ("looks_wish_met", |a, b| wish_met(a, b, "attractive")),
    ("common_ground_wish", |a, b| {
        let wish = a.trait_value("wish.shared_interests")?;
        Some(wish * correlation(&a.interests, &b.interests)?)
    }),
    ("wishes_alike", |a, b| correlation(&a.wishes, &b.wishes)),
    ("wish_as_expected", |a, b| {
        correlation(&a.wishes, &b.assumed_wishes)
    }),
];

/// How many years the decider is older.
fn age_gap(a: &Portrait, b: &Portrait) -> Option<f64> {
    Some(a.age? - b.age?)
}

fn apart(a: &Portrait, b: &Portrait, name: &str) -> Option<f64> {
    Some((a.trait_value(name)? - b.trait_value(name)?).abs())
}

fn product(a: &Portrait, b: &Portrait, name: &str) -> Option<f64> {
    Some(a.trait_value(name)? * b.trait_value(name)?)
}

fn same(a: &Portrait, b: &Portrait, name: &str) -> Option<f64> {
    let equal = a.background.get(name)? == b.background.get(name)?;
    Some(f64::from(u8::from(equal)))
}

fn common_goal(a: &Portrait, b: &Portrait) -> Option<f64> {
    let said = !a.goals.is_empty() && !b.goals.is_empty();
    said.then(|| f64::from(u8::from(!a.goals.is_disjoint(&b.goals))))
}

/// What the decider wishes, weighed with what the partner says to be.
fn wishes_met(a: &Portrait, b: &Portrait) -> Option<f64> {
    let met = b.self_view.keys().filter_map(|word| wish_met(a, b, word));
    met.reduce(|sum, met| sum + met)
}

fn wish_met(a: &Portrait, b: &Portrait, word: &str) -> Option<f64> {
    Some(a.wishes.get(word)? * b.self_view.get(word)?)
}

/// Salton's cosine of two weighted sets; what one does not name is 0.
fn cosine(a: &Scales, b: &Scales) -> Option<f64> {
    ratio(dot(a, b), dot(a, a), dot(b, b))
}

/// Pearson's correlation over everything that one of them names.
fn correlation(a: &Scales, b: &Scales) -> Option<f64> {
    let names = union(a, b);
    let size = u32::try_from(names.len()).map_or(f64::MAX, f64::from);
    let (a_mean, b_mean) = (
        a.values().sum::<f64>() / size,
        b.values().sum::<f64>() / size,
    );
    let (mut both, mut of_a, mut of_b) = (0.0, 0.0, 0.0);
    for name in names {
        let x = value(a, name) - a_mean;
        let y = value(b, name) - b_mean;
        both += x * y;
        of_a += x * x;
        of_b += y * y;
    }
    ratio(both, of_a, of_b)
}

/// Mean difference over everything that one of them names.
fn distance(a: &Scales, b: &Scales) -> Option<f64> {
    let names = union(a, b);
    let size = u32::try_from(names.len()).map_or(f64::MAX, f64::from);
    let both_said = !a.is_empty() && !b.is_empty();
    let apart = names
        .iter()
        .map(|name| (value(a, name) - value(b, name)).abs());
    both_said.then(|| apart.sum::<f64>() / size)
}

fn dot(a: &Scales, b: &Scales) -> f64 {
    let common = a.iter().filter_map(|(name, x)| Some((x, b.get(name)?)));
    common.map(|(x, y)| x * y).sum()
}

fn ratio(both: f64, of_a: f64, of_b: f64) -> Option<f64> {
    let size = (of_a * of_b).sqrt();
    (size > 0.0).then(|| both / size)
}

fn union<'a>(a: &'a Scales, b: &'a Scales) -> BTreeSet<&'a str> {
    a.keys().chain(b.keys()).map(String::as_str).collect()
}

fn value(scales: &Scales, name: &str) -> f64 {
    scales.get(name).copied().unwrap_or(0.0)
}
