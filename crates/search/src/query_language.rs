//! What was typed, taken apart. No text is an error: whatever does not parse is words.

use std::ops::Range;

use inkstand_model::{EntryKind, Instant, Language, Slug, Zone};

/// A typed text, taken apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Typed {
    /// Its clauses in order.
    pub(crate) clauses: Vec<Clause>,
    /// Whether the last word may go on: nothing, not even a space, was typed after it.
    pub(crate) unfinished: bool,
}

/// A part of a typed text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Clause {
    /// Whether entries are unwanted that fit it.
    pub(crate) negated: bool,
    /// What entries must be like.
    pub(crate) wanted: Wanted,
}

/// What a clause asks for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Wanted {
    /// Something without spaces, to be found anywhere; where in the text it stands.
    Words(Range<usize>),
    /// `"words in this order"`.
    Phrase(String),
    /// `title:word` or `title:"a phrase"`.
    Title(String),
    /// `tag:slug` or `tag:"A name"`.
    Tag(Slug),
    /// `#hashtag`: a tag or a hashtag of the body.
    Hashtag(String),
    /// `category:slug`.
    Category(Slug),
    /// `author:slug` or `author:"A name"`.
    Author(String),
    /// `in:pages`.
    In(EntryKind),
    /// `lang:de`.
    Language(Language),
    /// `before:2024-05-01`.
    Before(Instant),
    /// `after:2024`, the first moment included.
    After(Instant),
}

/// Takes a typed text apart, its dates as those of a zone.
pub(crate) fn parse(text: &str, zone: &Zone) -> Typed {
    let mut typed = Typed::default();
    // Behind it no quote is looked for: five thousand that nothing closes would each be followed to the end.
    let last_quote = text.rfind(closes_quote).unwrap_or(0);
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let (clause, end) = clause(text, at, last_quote, zone);
        typed.clauses.extend(clause);
        at = end;
    }
    let open = text.chars().next_back().is_some_and(|c| !c.is_whitespace());
    let last = typed.clauses.last();
    typed.unfinished = open
        && last.is_some_and(|last| {
            !last.negated && matches!(&last.wanted, Wanted::Words(range) if range.end == text.len())
        });
    typed
}

/// The words of a text and what it has between quotes; nothing else has a meaning in it.
pub(crate) fn words_and_phrases(text: &str) -> Vec<&str> {
    let last_quote = text.rfind(closes_quote).unwrap_or(0);
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if c.is_whitespace() {
            at += c.len_utf8();
        } else if let Some((phrase, end)) = quoted(text, at, last_quote) {
            parts.push(phrase);
            at = end;
        } else {
            let end = text[at..].find(char::is_whitespace).map_or(text.len(), |length| at + length);
            parts.push(&text[at..end]);
            at = end;
        }
    }
    parts
}

/// The clause that begins at `start`, if it says anything, and where it ends.
fn clause(text: &str, start: usize, last_quote: usize, zone: &Zone) -> (Option<Clause>, usize) {
    let negated = text[start..].strip_prefix('-').is_some_and(|rest| {
        rest.chars().next().is_some_and(|next| next.is_alphanumeric() || next == '#' || opens_quote(next))
    });
    let at = start + usize::from(negated);
    // Before the end of the word is looked for: that may be the end of the text, again for each of ten thousand
    // quotes.
    if let Some((phrase, end)) = quoted(text, at, last_quote) {
        let wanted = Wanted::Phrase(phrase.to_owned());
        return ((!phrase.trim().is_empty()).then_some(Clause { negated, wanted }), end);
    }
    let word_end = text[at..].find(char::is_whitespace).map_or(text.len(), |length| at + length);
    if text[at..].starts_with(opens_quote) {
        return (Some(Clause { negated, wanted: Wanted::Words(at..word_end) }), word_end);
    }
    if let Some(wanted) = hashtag(&text[at..word_end]) {
        return (Some(Clause { negated, wanted }), word_end);
    }
    if let Some(colon) = text[at..word_end].find(':') {
        let value_at = at + colon + 1;
        let (value, end) = match quoted(text, value_at, last_quote) {
            Some((value, end)) => (value, end),
            None => (&text[value_at..word_end], word_end),
        };
        if let Some(wanted) = operator(&text[at..at + colon], value, zone) {
            return (Some(Clause { negated, wanted }), end);
        }
    }
    (Some(Clause { negated, wanted: Wanted::Words(at..word_end) }), word_end)
}

/// `#name`, where it is a name: neither `#[derive]` nor `#12`.
fn hashtag(word: &str) -> Option<Wanted> {
    let name = word.strip_prefix('#')?.trim_end_matches(|c: char| c.is_ascii_punctuation());
    let is_name = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
        && name.chars().any(char::is_alphabetic);
    is_name.then(|| Wanted::Hashtag(name.to_owned()))
}

fn operator(name: &str, value: &str, zone: &Zone) -> Option<Wanted> {
    let value = value.trim();
    if value.is_empty() {
        return None;
    }
    match name.to_ascii_lowercase().as_str() {
        "title" => Some(Wanted::Title(value.to_owned())),
        "tag" => Slug::from_title(value).map(Wanted::Tag),
        "category" => Slug::from_title(value).map(Wanted::Category),
        "author" => Slug::from_title(value).map(|_| Wanted::Author(value.to_owned())),
        "in" => match value.to_ascii_lowercase().as_str() {
            "post" | "posts" => Some(Wanted::In(EntryKind::Post)),
            "page" | "pages" => Some(Wanted::In(EntryKind::Page)),
            _ => None,
        },
        "lang" | "language" => Language::parse(value).ok().map(Wanted::Language),
        "before" => date(value, zone).map(Wanted::Before),
        "after" => date(value, zone).map(Wanted::After),
        _ => None,
    }
}

/// A year, a month or a day; its first moment in the zone.
fn date(text: &str, zone: &Zone) -> Option<Instant> {
    let mut parts = text.split('-');
    let mut number = |digits: usize| match parts.next() {
        None => Some(1),
        Some(part) if part.len() <= digits => part.parse::<u16>().ok(),
        Some(_) => None,
    };
    let (year, month, day) = (number(4)?, number(2)?, number(2)?);
    if parts.next().is_some() || year < 1000 {
        return None;
    }
    let (year, month, day) = (i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    Instant::start_of_day(year, month, day, zone)
}

/// What stands between the quote at `at` and the next one, and where that ends; `None` where either is missing.
fn quoted(text: &str, at: usize, last_quote: usize) -> Option<(&str, usize)> {
    let open = text[at..].chars().next().filter(|&c| opens_quote(c))?;
    let inner = at + open.len_utf8();
    if inner > last_quote {
        return None;
    }
    let length = text[inner..].find(closes_quote)?;
    let close = text[inner + length..].chars().next()?;
    Some((&text[inner..inner + length], inner + length + close.len_utf8()))
}

fn opens_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«')
}

fn closes_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '»')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One line a text: clauses with a minus where negated, and `…` where the last word may go on.
    fn told(text: &str) -> String {
        let typed = parse(text, &Zone::utc());
        let mut told = Vec::new();
        for clause in typed.clauses {
            let wanted = match clause.wanted {
                Wanted::Words(range) => text[range].to_owned(),
                Wanted::Phrase(phrase) => format!("phrase({phrase})"),
                Wanted::Title(title) => format!("title({title})"),
                Wanted::Tag(slug) => format!("tag({slug})"),
                Wanted::Hashtag(name) => format!("hashtag({name})"),
                Wanted::Category(slug) => format!("category({slug})"),
                Wanted::Author(name) => format!("author({name})"),
                Wanted::In(kind) => format!("in({})", kind.as_str()),
                Wanted::Language(language) => format!("lang({language})"),
                Wanted::Before(at) => format!("before({at})"),
                Wanted::After(at) => format!("after({at})"),
            };
            told.push(format!("{}{wanted}", if clause.negated { "-" } else { "" }));
        }
        format!("{}{}", told.join(" "), if typed.unfinished { "…" } else { "" })
    }

    #[test]
    fn texts_are_taken_apart() {
        for (text, expected) in [
            ("", ""),
            ("  ", ""),
            ("rust sqlite", "rust sqlite…"),
            ("rust sqlite ", "rust sqlite"),
            ("\"full text\" search", "phrase(full text) search…"),
            ("“full text”", "phrase(full text)"),
            ("say \"unbalanced words", "say \"unbalanced words…"),
            ("\"\" \" \"", ""),
            ("-draft -\"old news\" -#rust", "-draft -phrase(old news) -hashtag(rust)"),
            ("- -- a-b --release", "- -- a-b --release…"),
            ("tag:rust TAG:\"How We Work\"", "tag(rust) tag(how-we-work)"),
            ("-tag:rust category:news", "-tag(rust) category(news)"),
            ("author:\"Jane Doe\" title:x", "author(Jane Doe) title(x)"),
            ("#rust, #[derive] #12 C# #", "hashtag(rust) #[derive] #12 C# #…"),
            ("in:pages in:Post in:box", "in(page) in(post) in:box…"),
            ("before:2024", "before(2024-01-01T00:00:00Z)"),
            ("after:2024-05-01", "after(2024-05-01T00:00:00Z)"),
            ("after:2024-5", "after(2024-05-01T00:00:00Z)"),
            ("after:soon before:2024-13 after:1-2-3-4", "after:soon before:2024-13 after:1-2-3-4…"),
            ("lang:pt_br lang:x", "lang(pt-BR) lang:x…"),
            ("tag: tag:?! std::fmt http://x", "tag: tag:?! std::fmt http://x…"),
            ("title:\"unbalanced phrase", "title(\"unbalanced) phrase…"),
            ("a AND (b OR c) NOT d*", "a AND (b OR c) NOT d*…"),
        ] {
            assert_eq!(told(text), expected, "{text:?}");
        }
    }

    #[test]
    fn dates_are_those_of_the_zone() {
        let zone = Zone::parse("America/New_York").unwrap();
        let typed = parse("after:2024-07-04", &zone);
        let moment = Instant::parse_rfc3339("2024-07-04T04:00:00Z").unwrap();
        assert_eq!(typed.clauses[0].wanted, Wanted::After(moment));
    }

    #[test]
    fn a_title_is_words_and_phrases() {
        let parts = words_and_phrases("rust \"full text\" tag:x -y \"open");
        assert_eq!(parts, ["rust", "full text", "tag:x", "-y", "\"open"]);
    }

    proptest! {
        #[test]
        fn no_text_is_an_error(text in "(\\PC|[\"“”:#\\- \u{0}]|tag:|after:|-){0,60}") {
            for clause in parse(&text, &Zone::utc()).clauses {
                if let Wanted::Words(range) = clause.wanted {
                    prop_assert!(text.get(range).is_some());
                }
            }
            words_and_phrases(&text);
        }
    }
}
