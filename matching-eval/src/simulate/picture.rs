//! Wait against quality, as SVG.

use std::fmt::Write;

use crate::{policies::Tried, summary::Summary};

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 560.0;
const LEFT: f64 = 60.0;
const BOTTOM: f64 = 500.0;
const LONGEST_WAIT: f64 = 25.0;
const LIFTS: (f64, f64) = (0.9, 1.8);
const COLOURS: [(&str, &str); 6] = [
    ("product", "#000000"),
    ("reserve quantile", "#c0392b"),
    ("decay", "#2471a3"),
    ("waiting-age", "#1e8449"),
    ("tick", "#b9770e"),
    ("k (no exact matching)", "#7d3c98"),
];

/// One mark a policy and rate: filled at 2 arrivals a second, hollow at 0.5.
pub fn svg(points: &[(Tried, f64, Summary)]) -> String {
    let mut marks = String::new();
    for wait in [0, 5, 10, 15, 20, 25] {
        let x = x(f64::from(wait));
        line(&mut marks, [x, BOTTOM, x, 40.0]);
        text(
            &mut marks,
            x - 8.0,
            BOTTOM + 18.0,
            "#333",
            &format!("{wait} s"),
        );
    }
    for tenths in [9, 10, 11, 12, 13, 14, 15, 16, 17, 18] {
        let lift = f64::from(tenths) / 10.0;
        line(&mut marks, [LEFT, y(lift), WIDTH - 20.0, y(lift)]);
        text(
            &mut marks,
            24.0,
            y(lift) + 4.0,
            "#333",
            &format!("{lift:.1}"),
        );
    }
    for (index, (family, colour)) in (0u8..).zip(COLOURS) {
        text(
            &mut marks,
            WIDTH - 200.0,
            BOTTOM - 110.0 + 18.0 * f64::from(index),
            colour,
            &format!("● {family}"),
        );
    }
    for (tried, per_second, summary) in points {
        mark(&mut marks, tried, *per_second, summary);
    }
    text(
        &mut marks,
        LEFT,
        24.0,
        "#000",
        "Mutual keeps per arrival over random pairing, by mean wait (filled: 2 arrivals/s, hollow: 0.5/s; warm)",
    );
    text(
        &mut marks,
        WIDTH / 2.0 - 30.0,
        HEIGHT - 12.0,
        "#000",
        "mean wait",
    );
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{marks}</svg>\n"
    )
}

fn mark(marks: &mut String, tried: &Tried, per_second: f64, summary: &Summary) {
    let colour = COLOURS.iter().find(|(family, _)| *family == tried.family);
    let colour = colour.map_or("#000", |(_, colour)| colour);
    let fill = if per_second > 1.0 { colour } else { "#fff" };
    let radius = if tried.family == "product" { 8.0 } else { 5.0 };
    let (x, y) = (x(summary.mean_wait), y(summary.lift));
    let title = format!(
        "{}, {per_second}/s: {:.2} at {:.1} s",
        tried.name, summary.lift, summary.mean_wait
    );
    add(
        marks,
        format_args!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" fill=\"{fill}\" stroke=\"{colour}\" stroke-width=\"2\"><title>{title}</title></circle>\n"
        ),
    );
}

fn line(marks: &mut String, [x1, y1, x2, y2]: [f64; 4]) {
    add(
        marks,
        format_args!(
            "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"#ddd\"/>\n"
        ),
    );
}

fn text(marks: &mut String, x: f64, y: f64, colour: &str, words: &str) {
    add(
        marks,
        format_args!("<text x=\"{x:.1}\" y=\"{y:.1}\" fill=\"{colour}\">{words}</text>\n"),
    );
}

fn add(marks: &mut String, what: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let written = marks.write_fmt(what);
    debug_assert!(written.is_ok());
}

fn x(wait: f64) -> f64 {
    LEFT + wait.min(LONGEST_WAIT) / LONGEST_WAIT * (WIDTH - LEFT - 20.0)
}

fn y(lift: f64) -> f64 {
    BOTTOM - (lift - LIFTS.0) / (LIFTS.1 - LIFTS.0) * (BOTTOM - 40.0)
}
