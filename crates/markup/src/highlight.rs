//! Colours for code: classes, not styles, for a strict content security policy.
//!
//! The grammars' scopes (`keyword.control.rust`) are told by the few classes of [`CLASSES`], which are Inkstand's
//! own vocabulary: a front end may style them as it likes, and another highlighter could give the same.

use std::sync::LazyLock;

use syntect::parsing::{ParseState, Scope, ScopeStack, ScopeStackOp, SyntaxReference, SyntaxSet};

use crate::fragment::{Element, Piece};

/// Code of one entry that is highlighted, in bytes. What is beyond stays plain, so that an entry takes a bounded
/// time: the grammars are regular expressions with backtracking, good for some 100 KB a second on a bad day.
const MAX_BYTES: usize = 64 << 10;

/// A block with a longer line stays plain: it is data or minified, and the time goes with the line's square.
const MAX_LINE: usize = 1_000;

/// Colours for the classes of highlighted code, light and dark as the reader's system says.
#[must_use]
pub fn stylesheet() -> &'static str {
    include_str!("highlight.css")
}

/// Whether a class is one that highlighting gives.
pub(crate) fn is_class(class: &str) -> bool {
    CLASSES.iter().any(|(_, c)| *c == Some(class))
}

/// Highlights the blocks `<pre><code class="language-…">` whose language is known.
pub(crate) fn highlight(pieces: Vec<Piece<'_>>) -> Vec<Piece<'_>> {
    let mut room = MAX_BYTES;
    let mut out: Vec<Piece<'_>> = Vec::with_capacity(pieces.len());
    let mut pieces = pieces.into_iter().peekable();
    while let Some(piece) = pieces.next() {
        if let (Piece::Text(code), Some(Piece::Close("code"))) = (&piece, pieces.peek())
            && let Some(language) = language_of(&out)
            && code.len() <= room
            && code.lines().all(|line| line.len() <= MAX_LINE)
            && let Some(syntax) = GRAMMARS.named(&language)
        {
            room -= code.len();
            spans(code, syntax, &mut out);
        } else {
            out.push(piece);
        }
    }
    out
}

/// The language of the block that has just been opened.
fn language_of(out: &[Piece<'_>]) -> Option<String> {
    let [.., Piece::Open(pre), Piece::Open(code)] = out else { return None };
    if pre.name != "pre" || code.name != "code" {
        return None;
    }
    [code, pre].into_iter().filter_map(|element| element.get("class")).find_map(|classes| {
        let language = classes
            .split_ascii_whitespace()
            .find_map(|class| class.strip_prefix("language-").or_else(|| class.strip_prefix("lang-")))?;
        Some(language.to_ascii_lowercase())
    })
}

/// Appends the code, what stands out in it in spans.
fn spans<'a>(code: &str, syntax: &SyntaxReference, out: &mut Vec<Piece<'a>>) {
    let mut painter = Painter { out, class: None, text: String::new() };
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    for line in code.split_inclusive('\n') {
        // A grammar that fails leaves the rest of the line as it stands.
        let ops = state.parse_line(line, &GRAMMARS.syntaxes).unwrap_or_default();
        let mut at = 0;
        for (until, op) in ops {
            let until = line.floor_char_boundary(until.max(at));
            painter.paint(&line[at..until], &stack);
            at = until;
            if !matches!(op, ScopeStackOp::Noop) && stack.apply(&op).is_err() {
                stack = ScopeStack::new();
            }
        }
        painter.paint(&line[at..], &stack);
    }
    painter.flush();
}

/// Joins neighbours of one class.
struct Painter<'o, 'a> {
    out: &'o mut Vec<Piece<'a>>,
    class: Option<&'static str>,
    text: String,
}

impl Painter<'_, '_> {
    fn paint(&mut self, text: &str, stack: &ScopeStack) {
        if text.is_empty() {
            return;
        }
        let class = GRAMMARS.class_of(stack);
        if class != self.class {
            self.flush();
            self.class = class;
        }
        self.text.push_str(text);
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        if text.is_empty() {
            return;
        }
        match self.class {
            Some(class) => self.out.extend([
                Piece::Open(Element::new("span").with("class", class)),
                Piece::text(text),
                Piece::Close("span"),
            ]),
            None => self.out.push(Piece::text(text)),
        }
    }
}

/// The licences of the embedded grammars, as Markdown: whoever hands out a binary hands these out with it.
pub fn grammar_licences() -> String {
    two_face::acknowledgement::listing().to_md()
}

/// Loaded with the first code block that names a language, never before.
static GRAMMARS: LazyLock<Grammars> = LazyLock::new(Grammars::load);

struct Grammars {
    syntaxes: SyntaxSet,
    classes: Vec<(Scope, Option<&'static str>)>,
}

impl Grammars {
    fn load() -> Self {
        let classes =
            CLASSES.iter().filter_map(|(scope, class)| Some((Scope::new(scope).ok()?, *class))).collect();
        Self { syntaxes: two_face::syntax::extra_newlines(), classes }
    }

    fn named(&self, language: &str) -> Option<&SyntaxReference> {
        let token = ALIASES.iter().find(|(alias, _)| *alias == language).map_or(language, |(_, token)| token);
        let plain = self.syntaxes.find_syntax_plain_text();
        self.syntaxes.find_syntax_by_token(token).filter(|syntax| syntax.name != plain.name)
    }

    /// The class of the innermost scope that has one.
    fn class_of(&self, stack: &ScopeStack) -> Option<&'static str> {
        stack.as_slice().iter().rev().find_map(|scope| {
            self.classes.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope)).map(|(_, class)| *class)
        })?
    }
}

/// Names that people write and the grammars do not know.
const ALIASES: &[(&str, &str)] = &[
    ("shell", "sh"),
    ("console", "sh"),
    ("shell-session", "sh"),
    ("shellsession", "sh"),
    ("golang", "go"),
    ("docker", "dockerfile"),
    ("javascript", "js"),
    ("jsx", "js"),
    ("jsonc", "json"),
    ("json5", "json"),
    ("node", "js"),
    ("rustlang", "rs"),
    ("postgresql", "sql"),
    ("sqlite", "sql"),
];

/// Scopes and the classes that tell them; the first that fits counts, and `None` ends the search without one.
const CLASSES: &[(&str, Option<&str>)] = &[
    ("comment", Some("hl-comment")),
    ("constant.character.escape", Some("hl-escape")),
    ("constant.numeric", Some("hl-number")),
    ("constant", Some("hl-constant")),
    ("entity.name.function", Some("hl-function")),
    ("entity.name.macro", Some("hl-function")),
    ("entity.name.section", Some("hl-heading")),
    ("entity.name.tag", Some("hl-tag")),
    ("entity.name", Some("hl-type")),
    ("entity.other.attribute-name", Some("hl-attribute")),
    ("entity.other.inherited-class", Some("hl-type")),
    ("invalid", None),
    ("keyword.operator.word", Some("hl-keyword")),
    ("keyword.operator", Some("hl-operator")),
    ("keyword", Some("hl-keyword")),
    ("markup.bold", Some("hl-strong")),
    ("markup.deleted", Some("hl-deleted")),
    ("markup.heading", Some("hl-heading")),
    ("markup.inserted", Some("hl-inserted")),
    ("markup.italic", Some("hl-emphasis")),
    ("markup.raw", Some("hl-string")),
    ("markup.underline.link", Some("hl-string")),
    ("meta.diff", Some("hl-heading")),
    ("meta.interpolation", None),
    ("source", None),
    ("storage", Some("hl-keyword")),
    ("string", Some("hl-string")),
    ("support.constant", Some("hl-constant")),
    ("support.function", Some("hl-function")),
    ("support.macro", Some("hl-function")),
    ("support.type.property-name", Some("hl-attribute")),
    ("support.type", Some("hl-type")),
    ("support.class", Some("hl-type")),
    ("support", Some("hl-function")),
    ("variable.function", Some("hl-function")),
    ("variable.language", Some("hl-keyword")),
    ("variable.other.constant", Some("hl-constant")),
    ("variable", Some("hl-variable")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_a_colour_and_every_scope_is_one() {
        for class in CLASSES.iter().filter_map(|(_, class)| *class) {
            assert!(
                stylesheet().contains(&format!(".{class} ")) || stylesheet().contains(&format!(".{class},")),
                "{class}"
            );
        }
        assert_eq!(GRAMMARS.classes.len(), CLASSES.len());
        assert!(stylesheet().contains("prefers-color-scheme: dark"));
    }
}
