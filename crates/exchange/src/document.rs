//! A post or a page as one text, read: the file that its author edits.

use std::collections::HashMap;

use inkstand_model::{Cover, EntryKind, Format, ImportDate, ImportSeries, Instant, Zone};

use crate::address::{take_aliases, take_permalink};
use crate::date::Dated;
use crate::fields::{Fields, Reach};
use crate::front_matter::{self, line_at};
use crate::markdown_file::{
    take_date, take_draft, take_excerpt, take_featured, take_format, take_kind, take_language,
    take_menu_order, take_said_title, without_blank_lines_in_front,
};
use crate::value::{Value, normal_name};
use crate::{author, cover, heading, term};

/// Excerpt, picture and a hundred names of everything, each at its longest, written with escapes.
const MAX_FRONT_MATTER: usize = 1024 * 1024;

/// What an author writes of a post or a page: a Markdown file with front matter holds all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Post or page; `None` where the file doesn't say.
    pub kind: Option<EntryKind>,
    /// Plain text; empty where the file says none.
    pub title: String,
    /// The readable part of its address.
    pub slug: Option<String>,
    /// An address of its own.
    pub path: Option<String>,
    /// The date that readers see, or that the author has in mind.
    pub date: Option<Instant>,
    /// Not to be published.
    pub draft: bool,
    /// A language tag.
    pub language: Option<String>,
    /// Names of tags.
    pub tags: Vec<String>,
    /// Names or slugs of categories.
    pub categories: Vec<String>,
    /// Handles or names of authors, in order.
    pub authors: Vec<String>,
    /// The series that it is part of.
    pub series: Option<ImportSeries>,
    /// An excerpt of its own, Markdown.
    pub excerpt: Option<String>,
    /// The picture on top; its caption as written, which is Markdown.
    pub cover: Option<Cover>,
    /// Shown before others.
    pub featured: bool,
    /// The place of a page among its siblings.
    pub menu_order: i32,
    /// Old addresses that shall lead to it.
    pub aliases: Vec<String>,
    /// What `source` is written in.
    pub format: Format,
    /// The body, without blank lines in front.
    pub source: String,
}

/// A document that was read, and where its parts stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadDocument {
    /// What it says.
    pub document: Document,
    /// What was mended or guessed, as sentences for its author.
    pub remarks: Vec<String>,
    lines: HashMap<String, u32>,
    body_line: u32,
}

/// Something in a document that means nothing here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// The line in the file, from 1, where it is known.
    pub line: Option<u32>,
    /// What is wrong, in one sentence.
    pub reason: String,
}

/// The keys that [`read_document`] knows, each with its other spellings.
const KEYS: [(&str, &[&str]); 18] = [
    ("title", &[]),
    ("date", &["published_at", "publish_date", "published_on", "pub_date", "created_at"]),
    ("slug", &[]),
    ("path", &["permalink", "url"]),
    ("aliases", &["alias", "redirect_from", "redirects"]),
    ("tags", &["tag"]),
    ("categories", &["category"]),
    ("authors", &["author", "by"]),
    ("series", &[]),
    ("series_order", &["series_weight", "series_index", "series_part", "weight"]),
    ("lang", &["language", "locale"]),
    ("cover", &["image", "featured_image", "cover_image", "header_image", "thumbnail", "images"]),
    ("description", &["excerpt", "summary"]),
    ("featured", &["sticky", "pin", "pinned"]),
    ("menu_order", &["nav_order", "order"]),
    ("draft", &["published", "status"]),
    ("type", &["layout"]),
    ("format", &[]),
];

impl Document {
    /// An empty one.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            kind: None,
            title: String::new(),
            slug: None,
            path: None,
            date: None,
            draft: false,
            language: None,
            tags: Vec::new(),
            categories: Vec::new(),
            authors: Vec::new(),
            series: None,
            excerpt: None,
            cover: None,
            featured: false,
            menu_order: 0,
            aliases: Vec::new(),
            format: Format::Markdown,
            source: String::new(),
        }
    }

    /// Has the first heading be the title, where the file says none.
    pub fn take_title_of_heading(&mut self) {
        if self.title.is_empty()
            && self.format == Format::Markdown
            && let Some((title, rest)) = heading::take_title(&self.source)
        {
            self.title = title;
            self.source = rest;
        }
    }
}

impl Default for Document {
    fn default() -> Self {
        Self::new()
    }
}

impl ReadDocument {
    /// The line on which a key stands, by its name in any spelling; `source` is the body.
    #[must_use]
    pub fn line_of(&self, key: &str) -> Option<u32> {
        if key == "source" {
            return Some(self.body_line);
        }
        let (name, others) = KEYS.iter().find(|(name, _)| *name == key)?;
        let spellings = std::iter::once(name).chain(others.iter());
        spellings.filter_map(|spelling| self.lines.get(&normal_name(spelling)).copied()).min()
    }
}

/// Reads the file that an author edits: what [`write_markdown`](crate::write_markdown) wrote, or another one in that
/// form. Dates without a zone are in `zone`.
///
/// Unlike [`parse_markdown`](crate::parse_markdown) it takes the body as it is, since it was written for Inkstand; and
/// a key that it doesn't know is an error, since its author is there to mend it.
///
/// # Errors
/// Everything that means nothing here, with its line.
pub fn read_document(text: &str, zone: &Zone) -> Result<ReadDocument, Vec<Misread>> {
    let front_matter::Document { fields, body } = front_matter::read_within(text, MAX_FRONT_MATTER)
        .map_err(|error| vec![Misread { line: error.line, reason: error.reason }])?;
    let mut fields = fields.unwrap_or_default();
    let lines = fields.lines();
    let mut wrong = Vec::new();
    // Before anything is looked at, these are what the reader of the front matter mended.
    let mut remarks = fields.warnings().to_vec();
    let date = take_date(&mut fields).and_then(|dated| {
        if dated.guessed {
            remarks.push(format!("a bare number is taken for the date {}", dated.wall));
        }
        let at = instant(dated.date, zone);
        if at.is_none() {
            let line = lines.get("date").copied();
            wrong.push(Misread { line, reason: "`date` lies outside the years 1 to 9999".to_owned() });
        }
        at
    });
    let document = Document {
        kind: take_kind(&mut fields),
        title: take_said_title(&mut fields).unwrap_or_default(),
        slug: take_slug(&mut fields),
        path: take_permalink(&mut fields),
        date,
        draft: take_draft(&mut fields),
        language: take_language(&mut fields),
        tags: term::take_names(&mut fields, &["tags", "tag"]),
        categories: term::take_names(&mut fields, &["categories", "category"]),
        authors: author::take(&mut fields).into_iter().map(|author| author.handle).collect(),
        series: term::take_series(&mut fields),
        excerpt: take_excerpt(&mut fields),
        cover: cover::take(&mut fields),
        featured: take_featured(&mut fields),
        menu_order: take_menu_order(&mut fields).unwrap_or(0),
        aliases: take_aliases(&mut fields),
        format: take_format(&mut fields).unwrap_or(Format::Markdown),
        source: if body.trim().is_empty() {
            String::new()
        } else {
            without_blank_lines_in_front(body.replace("\r\n", "\n"))
        },
    };
    let unknown = |name: &str| {
        let known: Vec<&str> = KEYS.iter().map(|(name, _)| *name).collect();
        format!("`{name}` is no key of a post; there are {}", known.join(", "))
    };
    wrong.extend(fields.untaken(unknown).into_iter().map(|(line, reason)| Misread { line, reason }));
    if !wrong.is_empty() {
        wrong.sort_by_key(|misread| misread.line);
        return Err(wrong);
    }
    let body_line = line_at(text, text.len() - body.len());
    Ok(ReadDocument { document, remarks, lines, body_line })
}

/// Reads a date in one of the many ways in which front matter writes them; without a zone, it is in `zone`, and
/// without a time, it is midnight.
#[must_use]
pub fn read_date(text: &str, zone: &Zone) -> Option<Instant> {
    instant(Dated::of(&Value::text(text))?.date, zone)
}

fn instant(date: ImportDate, zone: &Zone) -> Option<Instant> {
    match date {
        ImportDate::Exact(at) => Some(at),
        ImportDate::Local(local) => Instant::from_local(local, zone).ok(),
    }
}

fn take_slug(fields: &mut Fields) -> Option<String> {
    crate::markdown_file::take_words(fields, Reach::Top, &["slug"])
}
