//! What a newer release added to a value, kept by a release that does not know it.

use serde::Serialize;
use serde_json::{Map, Value};

/// The fields of a document that this release does not know, wherever in it they stand. Whoever reads a document, changes
/// its value and writes it again puts them back, so that they survive releases running side by side.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Unknown(Option<Value>);

impl Unknown {
    /// What `document` holds, and `known` does not: the same value, as this release would write it.
    ///
    /// # Errors
    /// The value cannot be written as JSON.
    pub fn of<T: Serialize>(document: &Value, known: &T) -> Result<Self, serde_json::Error> {
        Ok(Self(beyond(document, &serde_json::to_value(known)?)))
    }

    /// Whether there is nothing to keep.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Adds them to what the value has become. A field whose object or list is gone is gone with it.
    pub fn put_back(&self, document: &mut Value) {
        if let Some(unknown) = &self.0 {
            merge(unknown, document);
        }
    }
}

fn beyond(document: &Value, known: &Value) -> Option<Value> {
    match (document, known) {
        (Value::Object(document), Value::Object(known)) => {
            let more = document.iter().filter_map(|(name, value)| {
                let more = match known.get(name) {
                    Some(known) => beyond(value, known)?,
                    None => value.clone(),
                };
                Some((name.clone(), more))
            });
            let more: Map<String, Value> = more.collect();
            (!more.is_empty()).then_some(Value::Object(more))
        }
        (Value::Array(document), Value::Array(known)) if document.len() == known.len() => {
            let more = document.iter().zip(known);
            let more: Vec<Value> = more
                .map(|(document, known)| beyond(document, known).unwrap_or_default())
                .collect();
            more.iter()
                .any(|more| !more.is_null())
                .then_some(Value::Array(more))
        }
        _ => None,
    }
}

fn merge(unknown: &Value, document: &mut Value) {
    match (unknown, document) {
        (Value::Object(unknown), Value::Object(document)) => {
            for (name, more) in unknown {
                match document.get_mut(name) {
                    Some(known) => merge(more, known),
                    None => drop(document.insert(name.clone(), more.clone())),
                }
            }
        }
        (Value::Array(unknown), Value::Array(document)) if unknown.len() == document.len() => {
            for (more, known) in unknown.iter().zip(document) {
                merge(more, known);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Clone, Serialize, Deserialize)]
    struct Known {
        name: String,
        seats: Vec<Seat>,
    }

    #[derive(Debug, Clone, Serialize, Deserialize)]
    struct Seat {
        taken: bool,
    }

    fn read(document: &Value) -> (Known, Unknown) {
        let known: Known = serde_json::from_value(document.clone()).unwrap();
        let unknown = Unknown::of(document, &known).unwrap();
        (known, unknown)
    }

    #[test]
    fn what_is_not_known_is_put_back_where_it_stood_and_what_is_known_is_what_it_became() {
        let document = json!({
            "name": "before", "later": {"deep": [1, 2]}, "nothing": null,
            "seats": [{"taken": false}, {"taken": true, "by": "somebody"}],
        });
        let (mut known, unknown) = read(&document);
        known.name = "after".to_owned();
        known.seats[0].taken = true;
        let mut written = serde_json::to_value(&known).unwrap();
        unknown.put_back(&mut written);
        let expected = json!({
            "name": "after", "later": {"deep": [1, 2]}, "nothing": null,
            "seats": [{"taken": true}, {"taken": true, "by": "somebody"}],
        });
        assert_eq!(written, expected);
    }

    #[test]
    fn a_field_goes_with_the_list_that_it_stood_in() {
        let (mut known, unknown) =
            read(&json!({"name": "", "seats": [{"taken": false, "by": "somebody"}]}));
        known.seats.clear();
        let mut written = serde_json::to_value(&known).unwrap();
        unknown.put_back(&mut written);
        assert_eq!(written, json!({"name": "", "seats": []}));
    }

    #[test]
    fn of_what_this_release_wrote_nothing_is_unknown() {
        let (_, unknown) = read(&json!({"name": "a", "seats": [{"taken": false}]}));
        assert!(unknown.is_empty());
    }
}
