//! Which features the weights are fitted for. None is a protected attribute but the age, which counts only of whoever has set a
//! filter by age.

const PAIR: [&str; 18] = [
    "age_gap",
    "years_apart",
    "years_apart_squared",
    "interests_cosine",
    "interests_correlation",
    "interests_distance",
    "activity_product",
    "same_field",
    "same_career",
    "common_goal",
    "going_out_apart",
    "dating_apart",
    "optimism_product",
    "wishes_met",
    "looks_wish_met",
    "common_ground_wish",
    "wishes_alike",
    "wish_as_expected",
];
/// Those of the themes, whose weights have a precision of their own.
const THEME_PRODUCTS: [&str; 3] = [
    "first_theme_product",
    "second_theme_product",
    "third_theme_product",
];
/// What many of the data's people study or want to become: those that the baseline takes.
const BACKGROUND: [&str; 14] = [
    "field.law",
    "field.mathematics",
    "field.engineering",
    "field.business",
    "field.education",
    "field.natural_sciences",
    "field.social_work",
    "field.politics",
    "career.law",
    "career.research",
    "career.medicine",
    "career.arts",
    "career.business",
    "career.international",
];
const TRAITS: [&str; 11] = [
    "age",
    "habit.dating",
    "habit.going_out",
    "habit.optimism",
    "goal.fun",
    "goal.friendship",
    "goal.dating",
    "goal.relationship",
    "interests.mean",
    "interests.spread",
    "self_view.mean",
];

/// What is specific to a pair.
pub fn pair() -> Vec<String> {
    let names = PAIR.iter().chain(&THEME_PRODUCTS);
    names.map(|name| (*name).to_owned()).collect()
}

pub fn is_theme_product(name: &str) -> bool {
    THEME_PRODUCTS.contains(&name)
}

/// What is a person's own: as decider and as partner.
pub fn traits() -> Vec<String> {
    let interests = crate::answers::interests().map(|name| format!("interest.{name}"));
    let words = crate::answers::words();
    let wishes = words.iter().map(|name| format!("wish.{name}"));
    let described = words.iter().take(5).map(|name| format!("self_view.{name}"));
    let plain = TRAITS.iter().chain(&BACKGROUND);
    let plain = plain.map(|name| (*name).to_owned());
    plain
        .chain(wishes)
        .chain(described)
        .chain(interests)
        .collect()
}
