//! The products of two people's places on the themes, as multiplications and additions alone.

use super::{Belief, Prepared, Weight, add};
use crate::matching::model::{THEMES, prior::bounded, themes::PRODUCTS};

/// The weights of the products. A place is divided by the root of its product's scale once a person, so that a product of
/// two is in standard deviations.
#[derive(Debug, Clone)]
pub(super) struct ThemeProducts([Product; THEMES]);

#[derive(Debug, Clone, Copy)]
struct Product {
    /// What a place is multiplied by.
    fold: f64,
    /// The average product, in standard deviations.
    average: f64,
    belief: Belief,
}

impl ThemeProducts {
    pub(super) fn is_one(name: &str) -> bool {
        PRODUCTS.contains(&name)
    }

    /// With these weights; a product that has none adds nothing.
    pub(super) fn of(weights: &[(&str, Weight, Belief)]) -> Self {
        Self(PRODUCTS.map(|product| {
            let found = weights.iter().find(|(name, ..)| *name == product);
            found.map_or(Product::NOTHING, |(_, weight, belief)| Product {
                fold: weight.scale.sqrt().recip(),
                average: weight.centre / weight.scale,
                belief: *belief,
            })
        }))
    }

    /// The places of a person, for [`Self::of_pair`].
    pub(super) fn folded(&self, places: Option<[f64; THEMES]>) -> [f64; THEMES] {
        let places = places.unwrap_or_default();
        std::array::from_fn(|theme| places[theme] * self.0[theme].fold)
    }

    /// What the products add to the log-odds, each way the same; nothing where one of the two names no interest.
    #[inline]
    pub(super) fn of_pair(&self, a: &Prepared, b: &Prepared) -> Belief {
        let mut sum = Product::NOTHING.belief;
        if a.interests == 0 || b.interests == 0 {
            return sum;
        }
        for ((product, a), b) in self.0.iter().zip(a.themes).zip(b.themes) {
            add(&mut sum, bounded(a * b - product.average), product.belief);
        }
        sum
    }
}

impl Product {
    const NOTHING: Self = Self {
        fold: 0.0,
        average: 0.0,
        belief: Belief {
            mean: 0.0,
            variance: 0.0,
        },
    };
}
