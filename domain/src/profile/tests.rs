use super::*;

fn complete() -> Profile {
    Profile {
        display_name: "Ann".to_owned(),
        interests: vec!["chess".to_owned()],
        gender: Some("woman".to_owned()),
        ..Profile::default()
    }
}

fn faults(profile: &Profile) -> Vec<(String, String)> {
    let faults = profile.validate().into_iter();
    faults.map(|fault| (fault.field, fault.code)).collect()
}

fn values(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

#[test]
fn a_profile_is_complete_with_display_name_gender_and_one_interest() {
    assert!(complete().missing().is_empty());
    assert!(complete().validate().is_empty());
    assert_eq!(
        Profile::default().missing(),
        ["display_name", "gender", "interests"]
    );
    assert!(
        Profile::default().validate().is_empty(),
        "an empty profile is lawful, only not complete"
    );
}

#[test]
fn what_a_form_leaves_out_is_empty_and_what_it_invents_is_refused() {
    let profile: Profile = serde_json::from_str(r#"{"display_name":"Ann","gender":null}"#).unwrap();
    assert_eq!(
        profile,
        Profile {
            display_name: "Ann".to_owned(),
            ..Profile::default()
        }
    );
    assert!(serde_json::from_str::<Profile>(r#"{"shoe_size":42}"#).is_err());
    assert!(serde_json::from_str::<Profile>(r#"{"age_min":-1}"#).is_err());
}

#[test]
fn every_option_can_be_chosen() {
    let options = options();
    for interest in options.interests {
        assert!(
            Profile {
                interests: vec![interest],
                ..complete()
            }
            .validate()
            .is_empty()
        );
    }
    let profile = Profile {
        looking_for: options.looking_for,
        languages: options.languages,
        preferred_genders: options.genders,
        ..complete()
    };
    assert!(profile.validate().is_empty());
    assert!(
        options
            .report_reasons
            .iter()
            .all(|reason| is_report_reason(reason))
    );
}

#[test]
fn no_option_is_listed_twice() {
    let options = options();
    let lists = [
        options.interests,
        options.looking_for,
        options.languages,
        options.genders,
        options.report_reasons,
    ];
    for list in lists {
        let once: BTreeSet<&String> = list.iter().collect();
        assert_eq!(once.len(), list.len(), "{list:?}");
    }
}

#[test]
fn unknown_and_repeated_values_are_named_by_their_field() {
    let profile = Profile {
        interests: values(&["chess", "chess", "arson"]),
        looking_for: values(&["trouble"]),
        languages: values(&["English"]),
        gender: Some(String::new()),
        preferred_genders: values(&["man", "man"]),
        ..complete()
    };
    let expected = [
        ("interests", "unknown_value"),
        ("interests", "duplicate"),
        ("looking_for", "unknown_value"),
        ("languages", "unknown_value"),
        ("gender", "unknown_value"),
        ("preferred_genders", "duplicate"),
    ];
    let expected = expected.map(|(field, code)| (field.to_owned(), code.to_owned()));
    assert_eq!(faults(&profile), expected);
}

#[test]
fn ten_interests_and_500_characters_are_the_most() {
    let ten = Profile {
        interests: values(&INTERESTS[..10]),
        bio: "é".repeat(500),
        ..complete()
    };
    assert!(ten.validate().is_empty());
    let more = Profile {
        interests: values(&INTERESTS[..11]),
        bio: "é".repeat(501),
        ..complete()
    };
    let codes = faults(&more).into_iter().map(|(_, code)| code);
    assert_eq!(codes.collect::<Vec<_>>(), ["too_long", "too_many"]);
}

#[test]
fn wished_ages_are_possible_and_in_order() {
    let with = |age_min, age_max| {
        faults(&Profile {
            age_min,
            age_max,
            ..complete()
        })
    };
    assert!(with(Some(13), Some(120)).is_empty());
    assert!(with(Some(30), Some(30)).is_empty());
    assert!(with(None, Some(20)).is_empty());
    assert_eq!(with(Some(12), Some(121)).len(), 2);
    assert_eq!(with(Some(31), Some(30))[0].1, "min_above_max");
}

#[test]
fn matching_learns_what_the_profile_says() {
    let profile = Profile {
        age_min: Some(20),
        languages: values(&["en"]),
        ..complete()
    };
    let features = profile.features(33);
    assert_eq!((features.age, features.gender.as_str()), (33, "woman"));
    assert_eq!(features.age_min, Some(20));
    assert_eq!(features.interests, ["chess"]);
    assert_eq!(features.languages, ["en"]);
}
