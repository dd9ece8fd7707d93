//! The best pairing there is, for small pools.

use super::Edge;

/// Weights are whole numbers to the solver; a ten-thousandth of a ten-thousandth is far below what any score means.
const UNITS: f64 = 1e8;

/// The couples of the greatest total weight among the edges, over `people` ranks: maximum-weight matching in a general
/// graph by Edmonds' blossoms, O(n³) (crate `integer-blossom`, tried against brute force in this crate's tests).
pub(super) fn heaviest(people: usize, edges: Vec<Edge>) -> Vec<Edge> {
    let mut weights = vec![0i64; people * people];
    for edge in &edges {
        let [one, other] = edge.pair.ranks().map(|rank| rank as usize);
        // Weights are finite and far below 2^63 / UNITS: shares of minutes, not of aeons.
        #[expect(clippy::cast_possible_truncation)]
        let weight = (f64::from(edge.weight) * UNITS) as i64;
        weights[one * people + other] = weight;
        weights[other * people + one] = weight;
    }
    let mates = integer_blossom::max_weight_matching(&weights, people);
    let is_chosen = |edge: &Edge| {
        let [one, other] = edge.pair.ranks().map(|rank| rank as usize);
        mates[one] == Some(other)
    };
    edges.into_iter().filter(is_chosen).collect()
}
