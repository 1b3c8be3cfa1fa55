//! One file: from its bytes to an item.

use inkstand_model::{EntryKind, Format, ImportDate, ImportItem, ImportRefusal, Language, Parsed};
use sha2::{Digest, Sha256};

use crate::address::{Filling, permalink, take_aliases, take_permalink};
use crate::date::Dated;
use crate::fields::{Fields, Reach, Reading};
use crate::file_name::FileName;
use crate::front_matter::{self, Document};
use crate::site_layout::{Place, PlaceKind};
use crate::value::Value;
use crate::{author, body, cover, heading, term};

/// A larger file is refused: no one wrote that by hand.
pub(crate) const MAX_FILE: u64 = 10 * 1024 * 1024;
/// An item with more tags, categories, authors or old addresses is refused.
const MAX_NAMES: usize = 1_000;

/// Reads the text of one Markdown file with front matter in the dialect of Jekyll, Hugo or Zola.
///
/// It is a function of its two arguments alone: `source_path` (such as `posts/2014-03-12-title.md`) gives the date,
/// the slug, the language and the translations where the front matter doesn't, and no clock or file system is asked.
/// Every item has its path without language and ending as `translation_key`; only keys that several items share mean
/// translations.
///
/// # Errors
/// An [`ImportRefusal`] where the bytes aren't UTF-8, the front matter can't be read, or something is larger than
/// any blog needs.
pub fn parse_markdown(source_path: &str, bytes: &[u8]) -> Parsed {
    read(&Place::alone(source_path), bytes)
}

/// Reads a file in its place of a site.
pub(crate) fn read(place: &Place, bytes: &[u8]) -> Parsed {
    let refuse = |line, reason| ImportRefusal { source_path: place.source_path.clone(), line, reason };
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_FILE {
        return Err(refuse(None, too_large()));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let (line, reason) = not_utf8(bytes, error.valid_up_to());
        refuse(line, reason)
    })?;
    let Document { fields, body } =
        front_matter::read(text).map_err(|error| refuse(error.line, error.reason))?;
    let item = item(place, bytes, fields, body);
    for (what, count) in [
        ("tags", item.tags.len()),
        ("categories", item.categories.len()),
        ("authors", item.authors.len()),
        ("aliases", item.aliases.len()),
    ] {
        if count > MAX_NAMES {
            return Err(refuse(None, format!("there are {count} {what}; at most {MAX_NAMES} are taken")));
        }
    }
    Ok(item)
}

pub(crate) fn too_large() -> String {
    format!("the file is larger than {} MiB", MAX_FILE / 1024 / 1024)
}

fn not_utf8(bytes: &[u8], valid: usize) -> (Option<u32>, String) {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return (Some(1), "the file is UTF-16; convert it with `iconv -f utf-16 -t utf-8`".to_owned());
    }
    let line = bytes[..valid].iter().filter(|&&b| b == b'\n').count() + 1;
    let reason = format!("line {line} is not UTF-8; convert the file with `iconv -f latin1 -t utf-8`");
    (u32::try_from(line).ok(), reason)
}

fn item(place: &Place, bytes: &[u8], fields: Option<Fields>, body: &str) -> ImportItem {
    let name = FileName::of(&place.source_path);
    let mut fields = fields.unwrap_or_else(|| {
        let mut none = Fields::default();
        none.warn(None, "the file has no front matter");
        none
    });
    let format = take_format(&mut fields).unwrap_or(Format::Markdown);
    let body = clean_body(&mut fields, body);
    let body::Body { text: mut source, remnants } = body::read(&body);
    let title = take_title(&mut fields, &name, &mut source);
    let slug = take_words(&mut fields, Reach::Top, &["slug"]).or_else(|| name.slug.map(ToOwned::to_owned));
    let draft = place.draft | take_draft(&mut fields);
    let mut categories = term::take_names(&mut fields, &["categories", "category"]);
    categories.extend(
        place.categories.iter().filter(|name| !categories.contains(name)).cloned().collect::<Vec<_>>(),
    );

    let written_path = take_permalink(&mut fields);
    let says_kind = take_kind(&mut fields);
    let dated = take_date(&mut fields)
        .or_else(|| name.day.map(Dated::of_day))
        .or_else(|| written_path.as_deref().and_then(Dated::of_path))
        .or_else(|| Dated::of_path(&place.source_path));
    let kind = match (says_kind, place.kind) {
        (Some(kind), _) => kind,
        (None, PlaceKind::Page) => EntryKind::Page,
        (None, PlaceKind::PageUnlessDated) if dated.is_none() => EntryKind::Page,
        (None, PlaceKind::Post | PlaceKind::PageUnlessDated) => EntryKind::Post,
    };
    if dated.is_none() && kind == EntryKind::Post && !draft {
        fields.warn(
            None,
            "no date in the front matter, the file name or the address: it takes the time of import",
        );
    }
    let filling =
        Filling { date: dated.map(|dated| dated.wall), slug: slug.as_deref(), categories: &categories };
    let path = written_path.and_then(|written| match permalink(&written, &filling) {
        Ok(path) => Some(path),
        Err(reason) => {
            fields.warn(None, format!("the address `{written}` is left out: {reason}"));
            None
        }
    });
    let series = term::take_series(&mut fields);
    let menu_order = (kind == EntryKind::Page).then(|| take_menu_order(&mut fields)).flatten();
    let item = ImportItem {
        source_path: place.source_path.clone(),
        digest: digest(&place.source_path, bytes),
        kind,
        title,
        slug,
        date: dated.map(|dated| dated.date),
        updated: take_updated(&mut fields),
        draft,
        format,
        source,
        excerpt: take_excerpt(&mut fields),
        tags: term::take_names(&mut fields, &["tags", "tag"]),
        categories,
        authors: author::take(&mut fields),
        series,
        path,
        aliases: take_aliases(&mut fields),
        language: take_language(&mut fields).or_else(|| name.language.map(ToOwned::to_owned)),
        translation_key: take_words(&mut fields, Reach::Tables, &["translationKey"]).or(Some(name.stem)),
        cover: cover::take(&mut fields).map(cover::with_safe_caption),
        featured: take_featured(&mut fields),
        menu_order: menu_order.unwrap_or(0),
        extra: None,
        template_remnants: remnants,
        warnings: Vec::new(),
    };
    let (extra, warnings) = fields.rest();
    ImportItem { extra, warnings, ..item }
}

/// Unix line ends, no NUL (CommonMark §2.3 puts U+FFFD there), no blank lines in front, and the separator of Jekyll's
/// excerpts in its usual spelling.
fn clean_body(fields: &mut Fields, body: &str) -> String {
    let mut clean = body.replace("\r\n", "\n");
    if clean.contains('\0') {
        clean = clean.replace('\0', "\u{fffd}");
        fields.warn(None, "NUL characters in the text were replaced");
    }
    if let Some(separator) = take_words(fields, Reach::Top, &["excerpt_separator"])
        && clean.contains(&separator)
    {
        clean = clean.replacen(&separator, "<!--more-->", 1);
    }
    without_blank_lines_in_front(clean)
}

pub(crate) fn without_blank_lines_in_front(mut text: String) -> String {
    let start = text.len() - text.trim_start().len();
    let start = text[..start].rfind('\n').map_or(0, |end| end + 1);
    text.split_off(start)
}

/// What the body is written in. Other programs mean other things by that name, and keep them.
pub(crate) fn take_format(fields: &mut Fields) -> Option<Format> {
    fields.take_if(Reach::Top, &["format"], |value| match value.words()?.as_str() {
        "markdown" => Some(Format::Markdown),
        "html" => Some(Format::Html),
        _ => None,
    })
}

fn take_title(fields: &mut Fields, name: &FileName<'_>, source: &mut String) -> String {
    if let Some(title) = take_said_title(fields) {
        return title;
    }
    if let Some((title, rest)) = heading::take_title(source)
        && let Some(title) = one_line(title)
    {
        *source = rest;
        fields.warn(None, "no title in the front matter: the first heading is the title");
        return title;
    }
    fields.warn(None, "no title in the front matter: the title is made of the file's name");
    one_line(name.title()).unwrap_or_else(|| "Untitled".to_owned())
}

pub(crate) fn take_said_title(fields: &mut Fields) -> Option<String> {
    fields.take(Reach::Top, &["title"], |value| match value.words().and_then(one_line) {
        Some(title) => Reading::All(title),
        None => Reading::Unlike("a title"),
    })
}

/// The text without line breaks and other control characters; `None` where nothing else is in it.
pub(crate) fn one_line(text: String) -> Option<String> {
    if !text.contains(char::is_control) {
        return Some(text);
    }
    let words = text.split(|c: char| c.is_control() || c == ' ').filter(|word| !word.is_empty());
    Some(words.collect::<Vec<_>>().join(" ")).filter(|line| !line.is_empty())
}

/// Takes a text; `excerpt: false` tells a theme something and is none.
pub(crate) fn take_words(fields: &mut Fields, reach: Reach, names: &[&str]) -> Option<String> {
    fields.take(reach, names, |value| match value.words() {
        Some(words) if !matches!(value, Value::Bool(_)) => Reading::All(words),
        _ => Reading::Unlike("a text"),
    })
}

pub(crate) fn take_excerpt(fields: &mut Fields) -> Option<String> {
    take_words(fields, Reach::Tables, &["excerpt", "summary", "description"])
}

/// What can't be understood is taken for a draft: publishing by mistake is the worse mistake.
pub(crate) fn take_draft(fields: &mut Fields) -> bool {
    let published = fields.take_if(Reach::Top, &["published"], |value| match value {
        // Any other number is a date.
        Value::Number(number) if !matches!(number.as_str(), "0" | "1") => None,
        value => value.truth(),
    });
    let status =
        fields.take_if(Reach::Top, &["status"], |value| match value.words()?.to_ascii_lowercase().as_str() {
            "draft" | "pending" | "private" | "hidden" => Some(true),
            "publish" | "published" | "public" => Some(false),
            _ => None,
        });
    let mut unclear = false;
    let draft = fields.take(Reach::Top, &["draft"], |value| match value.truth() {
        Some(draft) => Reading::All(draft),
        None => {
            unclear = true;
            Reading::Unlike("true or false, so that this is a draft")
        }
    });
    unclear || draft == Some(true) || published == Some(false) || status == Some(true)
}

pub(crate) fn take_kind(fields: &mut Fields) -> Option<EntryKind> {
    let kind_of = |value: &Value| match value.words()?.to_ascii_lowercase().as_str() {
        "page" | "pages" => Some(EntryKind::Page),
        "post" | "posts" => Some(EntryKind::Post),
        _ => None,
    };
    let kinds = [["type"], ["layout"]].map(|names| fields.take_if(Reach::Top, &names, kind_of));
    kinds.into_iter().flatten().max()
}

pub(crate) fn take_date(fields: &mut Fields) -> Option<Dated> {
    const NAMES: &[&str] =
        &["date", "published_at", "publish_date", "published_on", "published", "pub_date", "created_at"];
    take_dated(fields, NAMES)
}

fn take_updated(fields: &mut Fields) -> Option<ImportDate> {
    const NAMES: &[&str] =
        &["updated", "updated_at", "lastmod", "last_modified_at", "last_modified", "modified"];
    take_dated(fields, NAMES).map(|dated| dated.date)
}

fn take_dated(fields: &mut Fields, names: &[&str]) -> Option<Dated> {
    let dated = fields.take(Reach::Tables, names, |value| match Dated::of(value) {
        Some(dated) => Reading::All(dated),
        None => Reading::Unlike("a date, such as 2014-03-12"),
    })?;
    if dated.guessed {
        fields.warn(None, format!("a bare number is taken for the date {}", dated.wall));
    }
    Some(dated)
}

pub(crate) fn take_language(fields: &mut Fields) -> Option<String> {
    fields.take(Reach::Tables, &["lang", "language", "locale"], |value| {
        match value.words().filter(|tag| Language::parse(tag).is_ok()) {
            Some(tag) => Reading::All(tag),
            None => Reading::Unlike("a language, such as en or pt-BR"),
        }
    })
}

pub(crate) fn take_menu_order(fields: &mut Fields) -> Option<i32> {
    term::take_position(fields, &["menu_order", "nav_order", "order", "weight"])
}

pub(crate) fn take_featured(fields: &mut Fields) -> bool {
    let featured = fields.take(Reach::Tables, &["featured", "sticky", "pin", "pinned"], |value| {
        value.truth().map_or(Reading::Unlike("true or false"), Reading::All)
    });
    featured.unwrap_or(false)
}

/// Of the path as well, since the path gives date and slug; its length comes first, so that no two pairs run together.
fn digest(source_path: &str, bytes: &[u8]) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(u64::try_from(source_path.len()).unwrap_or(u64::MAX).to_be_bytes());
    digest.update(source_path.as_bytes());
    digest.update(bytes);
    digest.finalize().into()
}
