//! Texts that are too long.

/// At most so many characters of a text, cut at a word where one ends, with an ellipsis.
#[must_use]
pub fn cut_at_word(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    let Some(room) = most.checked_sub(1) else { return String::new() };
    let end = text.char_indices().nth(room).map_or(text.len(), |(at, _)| at);
    let part = &text[..end];
    let ends_at_word = text[end..].starts_with(char::is_whitespace);
    // A text without spaces (Japanese) is cut where it must be.
    let part =
        if ends_at_word { part } else { part.rfind(char::is_whitespace).map_or(part, |at| &part[..at]) };
    format!("{}…", part.trim_end())
}

#[cfg(test)]
mod tests {
    use super::cut_at_word;

    #[test]
    fn texts_are_cut_at_words() {
        for (text, most, expected) in [
            ("short", 5, "short"),
            ("one two three", 9, "one two…"),
            ("one two three", 8, "one two…"),
            ("one two three", 7, "one…"),
            ("日本語のテキスト", 4, "日本語…"),
            ("anything", 0, ""),
        ] {
            assert_eq!(cut_at_word(text, most), expected, "{text} {most}");
        }
    }
}
