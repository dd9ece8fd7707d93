//! The AsyncAPI document as one HTML page, without scripts.

use std::fmt::Write;

use serde_json::Value;

const STYLE: &str = "/css/docs.css";

/// Renders channels, their messages and all schemas.
pub fn render(document: &Value) -> String {
    let mut page = String::from("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">");
    let title = escaped(text(&document["info"]["title"]));
    // Writing to a String cannot fail; the results are therefore not looked at below.
    write!(
        page,
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title>\
         <link rel=\"stylesheet\" href=\"{STYLE}\"></head><body><main><h1>{title}</h1><p>{}</p>\
         <p><a href=\"/asyncapi.json\">asyncapi.json</a> · <a href=\"/docs\">HTTP</a></p>",
        escaped(text(&document["info"]["description"]))
    )
    .ok();
    for (name, channel) in members(&document["channels"]) {
        render_channel(&mut page, document, name, channel);
    }
    page.push_str("<h2>Schemas</h2>");
    for (name, schema) in members(&document["components"]["schemas"]) {
        write!(
            page,
            "<section id=\"schemas.{0}\"><h3>{0}</h3>",
            escaped(name)
        )
        .ok();
        render_json(&mut page, schema);
        page.push_str("</section>");
    }
    page.push_str("</main></body></html>");
    page
}

fn render_channel(page: &mut String, document: &Value, name: &str, channel: &Value) {
    let address = escaped(text(&channel["address"]));
    write!(
        page,
        "<section><h2 id=\"{}\"><code>{address}</code></h2>",
        escaped(name)
    )
    .ok();
    for (key, _) in members(&channel["messages"]) {
        let message = &document["components"]["messages"][key];
        let direction = match key.split('.').nth(1) {
            Some("client") => "client → server",
            Some("server") => "server → client",
            _ => "published",
        };
        write!(
            page,
            "<details><summary><code>{}</code> <small>{direction}</small></summary>",
            escaped(text(&message["name"]))
        )
        .ok();
        render_json(page, &message["payload"]);
        page.push_str("</details>");
    }
    page.push_str("</section>");
}

fn render_json(page: &mut String, value: &Value) {
    let pretty = serde_json::to_string_pretty(value).unwrap_or_default();
    write!(page, "<pre>{}</pre>", escaped(&pretty)).ok();
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_document_says_cannot_become_markup() {
        let page = render(&json!({ "info": { "title": "<script>", "description": "a & b" } }));
        assert!(!page.contains("<script"));
        assert!(page.contains("&lt;script&gt;"));
    }
}
