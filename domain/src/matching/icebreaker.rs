//! First questions. One about something that both like, else one that everybody can answer.

/// One question an interest, in the order of the profile's options.
const QUESTIONS: &[(&str, &str)] = &[
    (
        "anime",
        "Which anime would you show to somebody who has never seen one?",
    ),
    (
        "architecture",
        "Which building would you walk a long way to see?",
    ),
    ("art", "Which work of art has stayed with you the longest?"),
    (
        "astronomy",
        "If you could visit one place in the night sky, which would it be?",
    ),
    (
        "baking",
        "What is the best thing you have ever taken out of an oven?",
    ),
    (
        "board_games",
        "Which board game brings out your competitive side?",
    ),
    (
        "books",
        "Which book would you love to read again for the first time?",
    ),
    (
        "chess",
        "Do you have a favourite opening, or do you play by feeling?",
    ),
    ("climbing", "Which climb are you still proud of?"),
    (
        "coffee",
        "How do you take your coffee, and where was the best one you ever had?",
    ),
    ("comedy", "Who can always make you laugh?"),
    (
        "cooking",
        "What do you cook when you want to impress somebody?",
    ),
    (
        "cycling",
        "Which road or trail is your favourite one to ride?",
    ),
    ("dancing", "Which song gets you on your feet every time?"),
    (
        "design",
        "Which everyday thing do you find perfectly designed?",
    ),
    (
        "fashion",
        "Which piece in your wardrobe has the best story?",
    ),
    (
        "fitness",
        "What keeps you going when you would rather stay at home?",
    ),
    ("football", "Which match will you never forget?"),
    (
        "gaming",
        "Which game did you lose the most hours to, gladly?",
    ),
    ("gardening", "What have you grown that you were proud of?"),
    ("hiking", "Which hike would you do again tomorrow?"),
    (
        "history",
        "Which moment in history would you like to have watched?",
    ),
    ("languages", "Which word in any language do you love most?"),
    (
        "meditation",
        "What helps you find a quiet moment in a loud day?",
    ),
    ("movies", "Which film can you watch again and again?"),
    ("museums", "Which museum could you get lost in for a day?"),
    ("music", "Which album would you take to a desert island?"),
    ("nature", "Where do you go when you want to be outside?"),
    (
        "painting",
        "What would you paint if you had a whole free week?",
    ),
    (
        "pets",
        "What is the funniest thing an animal of yours has ever done?",
    ),
    (
        "philosophy",
        "Which question can you think about for hours?",
    ),
    (
        "photography",
        "Which photograph of yours means the most to you?",
    ),
    (
        "podcasts",
        "Which podcast episode do you tell everybody about?",
    ),
    (
        "poetry",
        "Is there a line of poetry that you know by heart?",
    ),
    (
        "programming",
        "What is the most fun thing you have ever built?",
    ),
    (
        "psychology",
        "What have you learned about people that surprised you?",
    ),
    ("running", "What is on your mind when a run goes well?"),
    ("science", "Which discovery would you like to live to see?"),
    (
        "series",
        "Which series should everybody give a second chance?",
    ),
    ("singing", "Which song do you sing when nobody listens?"),
    ("swimming", "Lake, sea or pool: where was your best swim?"),
    (
        "theatre",
        "Which evening at the theatre do you still think about?",
    ),
    ("travel", "Which place changed how you see things?"),
    ("volunteering", "What made you start to volunteer?"),
    ("writing", "What do you like to write about?"),
    ("yoga", "What has yoga changed for you?"),
];

/// Those for everybody, each by its name.
const GENERAL_QUESTIONS: &[(&str, &str)] = &[
    ("smile", "What made you smile this week?"),
    (
        "free_day",
        "What would you do with a free day and no plans?",
    ),
    (
        "looking_forward",
        "What are you looking forward to at the moment?",
    ),
    (
        "small_thing",
        "Which small thing makes every day better for you?",
    ),
    (
        "unexpected",
        "What have you learned lately that you did not expect?",
    ),
];

/// A question about one of the shared interests, else a general one, behind what it is about. `spread` only makes that not
/// everybody gets the same one; equal arguments give an equal question.
pub(super) fn icebreaker(shared_interests: &[&str], spread: u64) -> (&'static str, &'static str) {
    let of_interest = |interest: &&str| QUESTIONS.iter().find(|(name, _)| name == interest);
    let about: Vec<_> = shared_interests
        .iter()
        .filter_map(of_interest)
        .copied()
        .collect();
    let choices = if about.is_empty() {
        GENERAL_QUESTIONS
    } else {
        &about
    };
    let count = u64::try_from(choices.len()).unwrap_or(1).max(1);
    let chosen = usize::try_from(spread % count)
        .ok()
        .and_then(|place| choices.get(place));
    chosen.copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::INTERESTS;

    #[test]
    fn every_interest_has_a_question_and_every_question_an_interest() {
        let asked: Vec<&str> = QUESTIONS.iter().map(|(interest, _)| *interest).collect();
        assert_eq!(asked, INTERESTS);
    }

    #[test]
    fn a_shared_interest_is_asked_about_before_anything_general() {
        let (topic, question) = icebreaker(&["chess"], 7);
        assert_eq!(topic, "chess");
        assert!(question.contains("opening"));
        assert!(GENERAL_QUESTIONS.contains(&icebreaker(&[], 7)));
        assert!(GENERAL_QUESTIONS.contains(&icebreaker(&["from_another_version"], 7)));
    }

    #[test]
    fn no_general_question_has_the_name_of_an_interest() {
        let clash = |(name, _): &&(&str, &str)| INTERESTS.contains(name);
        assert_eq!(GENERAL_QUESTIONS.iter().find(clash), None);
    }
}
