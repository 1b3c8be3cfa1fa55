//! Texts that people typed, checked before they are kept.

use inkstand_model::acts_on_its_surroundings;

use crate::{Refusal, RefusalCode};

/// Characters of an address.
const LONGEST_ADDRESS: usize = 2_000;

/// One line: trimmed, without control characters, of so many characters.
pub(crate) fn line(field: &str, text: &str, least: usize, most: usize) -> Result<String, Refusal> {
    let text = text.trim();
    check_length(field, text, least, most)?;
    if let Some(odd) = text.chars().find(|c| acts_on_its_surroundings(*c)) {
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

/// An address that readers may follow: `http`, `https` or `mailto`, or a path on this site. Others (`javascript:`) could
/// do things.
pub(crate) fn address(field: &str, text: &str) -> Result<String, Refusal> {
    let address = line(field, text, 1, LONGEST_ADDRESS)?;
    let rest = ["https://", "http://", "mailto:"].iter().find_map(|scheme| address.strip_prefix(scheme));
    // `//host` and `/\host` lead away from this site, whatever their writer meant.
    let path = address.strip_prefix('/').filter(|path| !path.starts_with(['/', '\\']));
    let leads =
        rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '?', '#'])) || path.is_some();
    let odd = |c: char| c.is_whitespace() || "\"<>\\^`{|}".contains(c);
    if !leads || address.contains(odd) {
        let message = "an address begins with https://, http:// or mailto:, or is a path on this site that begins \
                       with one /; it has no spaces, quotes or brackets";
        return Err(Refusal::new(RefusalCode::Invalid, field, message));
    }
    Ok(address)
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

    #[test]
    fn addresses_are_checked() {
        for good in [
            " https://blog.example ",
            "http://blog.example/a?b=c#d",
            "mailto:ada@blog.example",
            "/",
            "/über/uns?x=1#top",
        ] {
            assert_eq!(address("url", good).as_deref(), Ok(good.trim()));
        }
        for bad in [
            "",
            "about",
            "//evil.example",
            "/\\evil.example",
            "https://",
            "https:///x",
            "https:evil",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "data:text/html,x",
            "https://a b",
            "/a\"onclick=",
            "/<b>",
            "/a\u{202E}b",
            &format!("/{}", "a".repeat(LONGEST_ADDRESS)),
        ] {
            assert!(address("url", bad).is_err(), "{bad:?}");
        }
    }
}
