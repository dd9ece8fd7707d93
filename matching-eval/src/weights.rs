//! The file of weights: TOML with one line a weight, so that a change can be read.

use std::{collections::BTreeMap, fmt::Write};

use domain::matching::model::{Loading, Prior, Themes, Weight};

/// The weights as they are shipped.
///
/// # Errors
/// A value that TOML cannot say.
pub fn to_toml(prior: &Prior) -> anyhow::Result<String> {
    let mut head = prior.clone();
    let themes = std::mem::take(&mut head.themes);
    let groups = [
        ("pair", std::mem::take(&mut head.pair)),
        ("decider", std::mem::take(&mut head.decider)),
        ("partner", std::mem::take(&mut head.partner)),
    ];
    let mut file = toml::to_string(&head)?;
    write_themes(begin(&mut file, "themes"), &themes)?;
    for (name, group) in groups {
        write_group(begin(&mut file, name), &group)?;
    }
    Ok(file)
}

/// Begins a table at the end. An empty one was written as its bare header.
fn begin<'a>(file: &'a mut String, table: &str) -> &'a mut String {
    let header = format!("\n[{table}]\n");
    *file = file.replace(&header, "");
    file.push_str(&header);
    file
}

fn write_themes(file: &mut String, themes: &Themes) -> anyhow::Result<()> {
    for (name, Loading { centre, adds }) in themes.loadings() {
        writeln!(
            file,
            "{name:?} = {{ centre = {centre:?}, adds = {adds:?} }}"
        )?;
    }
    Ok(())
}

fn write_group(file: &mut String, group: &BTreeMap<String, Weight>) -> anyhow::Result<()> {
    for (name, weight) in group {
        let Weight {
            centre,
            scale,
            mean,
            variance,
        } = weight;
        writeln!(
            file,
            "{name:?} = {{ centre = {centre:?}, scale = {scale:?}, mean = {mean:?}, variance = {variance:?} }}"
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::matching::model::Model;

    #[test]
    fn the_shipped_weights_can_be_used_and_are_written_as_they_are() {
        let shipped = include_str!("../../config/matching-weights.toml");
        let prior: Prior = toml::from_str(shipped).unwrap();
        assert!(Model::new(prior.clone()).is_ok());
        assert_eq!(to_toml(&prior).unwrap(), shipped);
    }

    #[test]
    fn every_feature_has_a_shipped_weight_and_every_weight_a_feature() {
        let shipped = include_str!("../../config/matching-weights.toml");
        let prior: Prior = toml::from_str(shipped).unwrap();
        let sorted = |mut names: Vec<String>| {
            names.sort();
            names
        };
        let names = |weights: BTreeMap<String, Weight>| weights.into_keys().collect::<Vec<_>>();
        assert_eq!(names(prior.pair), sorted(crate::features::pair()));
        assert_eq!(names(prior.decider), sorted(crate::features::traits()));
        assert_eq!(names(prior.partner), sorted(crate::features::traits()));
    }
}
