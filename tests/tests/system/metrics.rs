//! What a process measures of itself.

use crate::request::http;

/// A metric's value, all its label sets together; 0 where it was never touched.
pub async fn value(admin_url: &str, name: &str) -> f64 {
    let answer = http()
        .get(format!("{admin_url}/metrics"))
        .send()
        .await
        .expect("the private server answers");
    let text = answer.text().await.expect("metrics");
    text.lines()
        .filter_map(|line| line.strip_prefix(name))
        .filter(|rest| rest.starts_with([' ', '{']))
        .filter_map(|rest| rest.rsplit(' ').next()?.parse::<f64>().ok())
        .fold(0.0, |sum, value| sum + value)
}
