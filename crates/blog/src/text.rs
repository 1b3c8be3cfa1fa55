//! Texts that people typed, checked before they are kept.

use crate::{Refusal, RefusalCode};

/// One line: trimmed, without control characters, of so many characters.
pub(crate) fn line(field: &str, text: &str, least: usize, most: usize) -> Result<String, Refusal> {
    let text = text.trim();
    check_length(field, text, least, most)?;
    if let Some(odd) = text.chars().find(|c| is_odd(*c)) {
        return Err(Refusal::new(
            RefusalCode::Invalid,
            field,
            format!("one line without control characters is wanted here, not U+{:04X}", u32::from(odd)),
        ));
    }
    Ok(text.to_owned())
}

/// Several lines: as they are, but for NUL, which no database keeps.
pub(crate) fn lines(field: &str, text: &str, least: usize, most: usize) -> Result<String, Refusal> {
    check_length(field, text, least, most)?;
    if text.contains('\0') {
        return Err(Refusal::new(RefusalCode::Invalid, field, "the character U+0000 cannot be kept"));
    }
    Ok(text.to_owned())
}

fn check_length(field: &str, text: &str, least: usize, most: usize) -> Result<(), Refusal> {
    if least > 0 && text.trim().is_empty() {
        return Err(Refusal::new(RefusalCode::Invalid, field, "must not be empty"));
    }
    let length = text.chars().count();
    if length > most {
        let message = format!("has {length} characters; at most {most} are kept");
        return Err(Refusal::new(RefusalCode::TooLong, field, message));
    }
    Ok(())
}

/// Control characters, and those that turn the direction of what follows (a title must not rewrite the page that it
/// stands on).
fn is_odd(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_checked() {
        for (text, expected) in [
            ("  A title ", Ok("A title")),
            ("日本語", Ok("日本語")),
            ("שלום", Ok("שלום")),
            ("", Err(RefusalCode::Invalid)),
            (" \t ", Err(RefusalCode::Invalid)),
            ("two\nlines", Err(RefusalCode::Invalid)),
            ("nul\0", Err(RefusalCode::Invalid)),
            ("a\u{202E}b", Err(RefusalCode::Invalid)),
            ("far too long", Err(RefusalCode::TooLong)),
        ] {
            let checked = line("title", text, 1, 10);
            assert_eq!(checked.as_deref().map_err(|refusal| refusal.code), expected, "{text:?}");
        }
    }
}
