//! What markup makes of a source.

/// A source, rendered: everything that is read often and never changes until the source or the renderer does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// Safe HTML of the whole body: no script, no event handlers, no `javascript:`.
    pub html: String,
    /// The body's words without markup, paragraphs apart by a blank line: what search reads.
    pub text: String,
    /// Safe HTML of what stands before `<!--more-->`, else of the first paragraph.
    pub excerpt_html: String,
    /// The excerpt's words without markup.
    pub excerpt_text: String,
    /// The headings in order, each with the anchor that `html` gives it.
    pub headings: Vec<Heading>,
    /// Hashtags of the body without `#`, lower case, each once, in order of appearance.
    pub hashtags: Vec<String>,
    /// Words of the body; in scripts without spaces, counted by Unicode's word boundaries.
    pub word_count: u32,
    /// Minutes that an adult takes, never 0.
    pub reading_minutes: u32,
}

/// A heading of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Its words without markup.
    pub text: String,
    /// The `id` in the HTML, unique in the entry.
    pub anchor: String,
}
