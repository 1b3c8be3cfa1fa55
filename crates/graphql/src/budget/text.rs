//! The text of a query, counted before it is parsed.

use std::collections::HashSet;

use async_graphql::Pos;

use crate::refusal::Refusal;

/// Bytes of a query; what is long belongs into variables.
const MOST_BYTES: usize = 64 * 1024;

/// Names, values, marks (GraphQL §2.1.6). A page of everything that a post has takes 300.
const MOST_TOKENS: usize = 6_000;

/// Brackets within brackets, of any kind. GraphiQL's introspection needs 15.
const MOST_NESTING: usize = 64;

/// Fields by another name than their own.
const MOST_ALIASES: usize = 200;

/// Directives of a document, and one after the other on one selection.
const MOST_DIRECTIVES: usize = 200;
const MOST_DIRECTIVES_IN_A_ROW: usize = 16;

/// Bytes of a name, and of a number.
const LONGEST_NAME: usize = 200;
const LONGEST_NUMBER: usize = 64;

/// Counts what a text holds. Whether it is GraphQL is for the parser to say, with one exception: that a field is
/// twice in one input object (§5.6.3) is not seen any more once it is parsed.
pub(crate) fn check_text(query: &str) -> Result<(), Refusal> {
    if query.len() > MOST_BYTES {
        let message = format!("a query has at most {MOST_BYTES} bytes; put long values into variables");
        return Err(Refusal::too_much(message));
    }
    Counter {
        query,
        at: 0,
        tokens: 0,
        aliases: 0,
        directives: 0,
        in_a_row: 0,
        open: Vec::new(),
        values: 0,
        name: "",
        after_at: false,
    }
    .count()
}

struct Counter<'a> {
    query: &'a str,
    at: usize,
    tokens: usize,
    aliases: usize,
    directives: usize,
    in_a_row: usize,
    /// The brackets that are open; of an input object, the names of its fields so far.
    open: Vec<Option<HashSet<&'a str>>>,
    /// How many of them hold values or variables, rather than selections.
    values: usize,
    /// The last name.
    name: &'a str,
    /// Whether the last token was `@`.
    after_at: bool,
}

impl<'a> Counter<'a> {
    fn count(mut self) -> Result<(), Refusal> {
        let bytes = self.query.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            let begin = self.at;
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b',' => {
                    self.at += 1;
                    continue;
                }
                b'#' => {
                    self.at += run(&bytes[begin..], |byte| !matches!(byte, b'\n' | b'\r'));
                    continue;
                }
                b'"' => self.at += string_length(&bytes[begin..]),
                b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                    self.at += run(&bytes[begin..], |byte| byte == b'_' || byte.is_ascii_alphanumeric());
                    self.name(begin)?;
                }
                b'0'..=b'9' | b'-' => {
                    self.at += 1 + run(&bytes[begin + 1..], |byte| {
                        byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-')
                    });
                    if self.at - begin > LONGEST_NUMBER {
                        return Err(Refusal::too_much(format!(
                            "a number has at most {LONGEST_NUMBER} characters; send it as a text, or shorter"
                        )));
                    }
                }
                b'.' => self.at += run(&bytes[begin..], |byte| byte == b'.'),
                _ => {
                    self.at += 1;
                    self.mark(byte, begin)?;
                }
            }
            self.after_at = byte == b'@';
            self.tokens += 1;
            if self.tokens > MOST_TOKENS {
                return Err(Refusal::too_much(format!(
                    "a query has at most {MOST_TOKENS} tokens; ask for less, or in several requests"
                )));
            }
        }
        Ok(())
    }

    fn name(&mut self, begin: usize) -> Result<(), Refusal> {
        self.name = &self.query[begin..self.at];
        if self.name.len() > LONGEST_NAME {
            return Err(Refusal::too_much(format!(
                "a name has at most {LONGEST_NAME} characters; choose a shorter one"
            )));
        }
        if !self.after_at && self.values == 0 {
            self.in_a_row = 0;
        }
        Ok(())
    }

    fn mark(&mut self, mark: u8, begin: usize) -> Result<(), Refusal> {
        match mark {
            b'{' | b'[' | b'(' => {
                let is_value = mark != b'{' || self.values > 0;
                if !is_value {
                    self.in_a_row = 0;
                }
                self.values += usize::from(is_value);
                self.open.push((mark == b'{' && is_value).then(HashSet::new));
                if self.open.len() > MOST_NESTING {
                    return Err(Refusal::too_much(format!(
                        "a query has at most {MOST_NESTING} brackets within brackets; ask for what is deeper in \
                         another request"
                    )));
                }
            }
            b'}' | b']' | b')' => {
                self.open.pop();
                self.values = self.values.saturating_sub(1);
            }
            b':' if self.values == 0 => {
                self.aliases += 1;
                if self.aliases > MOST_ALIASES {
                    return Err(Refusal::too_much(format!(
                        "a query has at most {MOST_ALIASES} aliases; ask in several requests"
                    )));
                }
            }
            b':' => {
                let twice = self
                    .open
                    .last_mut()
                    .and_then(Option::as_mut)
                    .is_some_and(|names| !names.insert(self.name));
                if twice {
                    let message =
                        format!("the field `{}` is twice in one input object; leave one out", self.name);
                    return Err(Refusal::invalid(message, vec![self.position(begin)]));
                }
            }
            b'@' => {
                self.directives += 1;
                self.in_a_row += 1;
                if self.directives > MOST_DIRECTIVES || self.in_a_row > MOST_DIRECTIVES_IN_A_ROW {
                    return Err(Refusal::too_much(format!(
                        "a query has at most {MOST_DIRECTIVES} directives, {MOST_DIRECTIVES_IN_A_ROW} of them in a \
                         row; leave some out"
                    )));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn position(&self, at: usize) -> Pos {
        let before = &self.query[..at];
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Pos { line, column }
    }
}

fn run(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|byte| !belongs(*byte)).unwrap_or(bytes.len())
}

/// The bytes of the string at the beginning of `bytes`, quotes included; all of them where it does not end.
fn string_length(bytes: &[u8]) -> usize {
    let (quote, escape): (&[u8], &[u8]) =
        if bytes.starts_with(b"\"\"\"") { (b"\"\"\"", b"\\\"\"\"") } else { (b"\"", b"\\") };
    let mut at = quote.len();
    while at < bytes.len() {
        if bytes[at..].starts_with(escape) {
            // After a single backslash, the character behind it is no quote.
            at += escape.len().max(2);
        } else if bytes[at..].starts_with(quote) {
            return at + quote.len();
        } else {
            at += 1;
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code;

    fn code_of(query: &str) -> Option<&'static str> {
        check_text(query).err().map(|refusal| refusal.code)
    }

    fn passes(query: &str) {
        assert_eq!(check_text(query), Ok(()), "{}", &query[..query.len().min(200)]);
    }

    fn is_too_much(query: &str) {
        assert_eq!(code_of(query), Some(code::TOO_EXPENSIVE), "{}", &query[..query.len().min(200)]);
    }

    #[test]
    fn each_limit_holds_and_lets_pass_what_is_below() {
        passes(&"a ".repeat(6_000));
        is_too_much(&"a ".repeat(6_001));
        is_too_much(&"1 ".repeat(6_001));
        is_too_much(&"\"\" ".repeat(6_001));
        is_too_much(&"?".repeat(6_001));
        passes(&" ,".repeat(30_000));
        passes(&"#\n".repeat(30_000));
        is_too_much(&" ".repeat(64 * 1024 + 1));
        passes(&format!("{}{}", "{".repeat(64), "}".repeat(64)));
        is_too_much(&"{[(".repeat(22));
        passes(&format!("{{ {} }}", "a: b ".repeat(200)));
        is_too_much(&format!("{{ {} }}", "a: b ".repeat(201)));
        passes(&format!("{{ {} }}", "b(a: 1) ".repeat(900)));
        passes(&format!("{{ a {} b {} }}", "@c(d: [e]) ".repeat(16), "@c(d: {e: 1}) ".repeat(16)));
        is_too_much(&format!("{{ a {} }}", "@c(d: e) ".repeat(17)));
        is_too_much(&format!("{{ {} }}", "a @b ".repeat(201)));
        passes(&"a".repeat(200));
        is_too_much(&"a".repeat(201));
        passes(&"9".repeat(64));
        is_too_much(&"9".repeat(65));
        is_too_much(&format!("-1.5e{}", "9".repeat(65)));
    }

    #[test]
    fn strings_and_comments_hold_nothing_that_counts() {
        let many = "{[(".repeat(100);
        for query in [
            format!("{{a(b: \"{many}\\\"{many}\")}}"),
            format!("{{a(b: \"\"\"{many} \" {many} \\\"\"\" {many}\"\"\")}}"),
            format!("{{a # {many}\n}}"),
            format!("{{a(b: \"{many}"),
            "}}}{".to_owned(),
            "\"\\".to_owned(),
            format!("{{ a(b: \"{}\") }}", "\\u0041".repeat(9_000)),
        ] {
            passes(&query);
        }
    }

    #[test]
    fn a_field_of_an_input_object_is_there_once() {
        for query in [
            "{ a(b: {c: 1, d: {c: 1}}) { c: d c: d } }",
            "{ a(b: {c: 1}, c: {c: 1}) }",
            "query($a: A = {b: 1}, $b: B = {b: 1}) { a }",
            "{ a(b: [{c: 1}, {c: 1}]) }",
            "{ c: a c: a }",
        ] {
            passes(query);
        }
        for query in [
            "{ a(b: {c: 1, c: 1}) }",
            "{ a(b: [{c: {d: 1, e: [], d: 2}}]) }",
            "query($a: A = {b: 1, b: 2}) { a }",
        ] {
            assert_eq!(code_of(query), Some(code::VALIDATION_FAILED), "{query}");
        }
        let refusal = check_text("{\n  a(b: {c: 1, c: 2})\n}").unwrap_err();
        assert_eq!(refusal.at, [Pos { line: 2, column: 16 }]);
    }
}
