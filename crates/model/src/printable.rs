//! Characters that do more than to be seen.

/// Whether a character does something to what stands around it: moves a cursor, ends a line, or turns the direction of
/// writing (the bidirectional controls of UAX #9 §2), so that a title could rewrite the page or the terminal that it stands on.
#[must_use]
pub fn acts_on_its_surroundings(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}
