//! Characters that readers do not see.

/// Whether a character shows nothing by itself: white space, control characters, blanks that do not count as white
/// space, and what only joins, separates or turns other characters.
pub fn shows_nothing(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || turns_the_line(character)
        || matches!(
            character,
            '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        )
}

/// Whether a character changes the direction of the text around it, so that a name could pass for another.
pub fn turns_the_line(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}
