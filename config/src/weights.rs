//! The weights that matching starts from. They are compiled in, like the defaults of all settings.

use domain::matching::model::Prior;

use crate::SettingsError;

const SHIPPED: &str = include_str!("../matching-weights.toml");

/// The shipped weights, read and checked.
///
/// # Errors
/// The file does not hold usable weights. A test of this crate keeps that from being shipped.
pub fn matching_prior() -> Result<Prior, SettingsError> {
    let fault = |problem: String| SettingsError::about("config/matching-weights.toml", problem);
    let prior: Prior = toml::from_str(SHIPPED).map_err(|error| fault(error.to_string()))?;
    prior.validate().map_err(|error| fault(error.to_string()))?;
    Ok(prior)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::matching::{ADULT_AGE, Features, model::Scoring};

    fn person(age: u8, interests: &[&str]) -> Features {
        Features {
            age,
            // Otherwise the age counts for nothing.
            age_min: Some(ADULT_AGE),
            interests: interests.iter().map(|name| (*name).to_owned()).collect(),
            ..Features::default()
        }
    }

    #[test]
    fn by_the_shipped_weights_people_with_more_in_common_suit_each_other_better() {
        let scoring = Scoring::new(&matching_prior().unwrap(), None).unwrap();
        let score = |a: &Features, b: &Features| {
            scoring.score(&scoring.prepare(a, None), &scoring.prepare(b, None))
        };
        let me = person(30, &["chess", "books", "hiking", "music"]);
        let alike = score(&me, &person(31, &["chess", "books", "hiking", "travel"]));
        let apart = score(
            &me,
            &person(31, &["fashion", "gaming", "running", "travel"]),
        );
        let older = score(&me, &person(52, &["chess", "books", "hiking", "travel"]));
        assert!(alike > apart, "{alike} {apart}");
        assert!(alike > older, "{alike} {older}");
    }
}
