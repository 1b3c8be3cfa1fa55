//! What may pass: an allow-list of elements, attributes, addresses and classes.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, Url, UrlRelative};

use crate::fragment::{Piece, is_xml};
use crate::highlight;

/// Elements that authors write and readers need. Landmarks of the page (`main`, `nav`) belong to the front end.
const TAGS: &str = "\
    a abbr address article aside audio b bdi bdo big blockquote br caption center cite code col colgroup \
    dd del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img input ins \
    kbd li mark ol p pre q rp rt ruby s samp section small source span strike strong sub summary sup \
    table tbody td tfoot th thead time tr track tt u ul var video wbr";

/// Elements that go with all that is in them: their content is no prose. (`noscript` is raw text to the parser.)
const DROPPED_WITH_CONTENT: &str = "\
    iframe math noembed noframes noscript object plaintext script select style svg template textarea \
    title xmp";

/// `id`s pass here and are settled in `anchor`.
const ATTRIBUTES_OF_ALL: &[&str] = &["aria-hidden", "aria-label", "class", "dir", "id", "lang", "title"];

const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["href", "hreflang", "name", "rel"]),
    ("audio", &["controls", "loop", "muted", "preload", "src"]),
    ("col", &["span"]),
    ("colgroup", &["span"]),
    ("del", &["datetime"]),
    ("details", &["open"]),
    ("img", &["alt", "height", "src", "width"]),
    ("input", &["checked"]),
    ("ins", &["datetime"]),
    ("li", &["value"]),
    ("ol", &["reversed", "start", "type"]),
    ("source", &["src", "type"]),
    ("span", &["data-escaped-char"]),
    ("td", &["colspan", "headers", "rowspan"]),
    ("th", &["abbr", "colspan", "headers", "rowspan", "scope"]),
    ("time", &["datetime"]),
    ("track", &["default", "kind", "label", "src", "srclang"]),
    ("video", &["controls", "height", "loop", "muted", "playsinline", "poster", "preload", "src", "width"]),
];

/// Attributes that pass with these values only. Markdown's tables say their alignment in `align`.
const ATTRIBUTE_VALUES: &[(&str, &str, &[&str])] = &[
    ("a", "target", &["_blank"]),
    ("img", "loading", &["eager", "lazy"]),
    ("input", "type", &["checkbox"]),
    ("input", "disabled", &[""]),
    ("p", "align", &["center", "left", "right"]),
    ("td", "align", &["center", "left", "right"]),
    ("th", "align", &["center", "left", "right"]),
    ("tr", "align", &["center", "left", "right"]),
];

/// Addresses may be relative or begin with one of these; `javascript:` and `data:` are not among them.
const SCHEMES: &[&str] = &["ftp", "http", "https", "mailto", "tel", "xmpp"];

/// Makes any HTML safe, in the sanitiser's canonical writing.
///
/// Comments stay, for one may be `<!--more-->`; the pieces are written without them.
pub(crate) fn sanitise(html: &str) -> String {
    static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(sanitiser);
    SANITISER.clean(html).to_string()
}

/// What takes two looks: boxes that are no task's, and links that open a window.
pub(crate) fn tidy(pieces: &mut Vec<Piece<'_>>) {
    pieces.retain_mut(|piece| {
        let Piece::Open(element) = piece else { return true };
        if element.name == "a" && element.get("target").is_some() {
            let rel = element.get("rel").unwrap_or_default();
            if !rel.split_ascii_whitespace().any(|word| word == "noopener") {
                let rel = format!("{rel} noopener").trim_start().to_owned();
                element.set("rel", rel);
            }
        }
        element.name != "input" || element.get("type") == Some("checkbox")
    });
}

fn sanitiser() -> Builder<'static> {
    let mut values: HashMap<&str, HashMap<&str, HashSet<&str>>> = HashMap::new();
    for (tag, attribute, allowed) in ATTRIBUTE_VALUES.iter().copied() {
        values.entry(tag).or_default().insert(attribute, allowed.iter().copied().collect());
    }
    let mut builder = Builder::default();
    builder
        .tags(TAGS.split_whitespace().collect())
        .clean_content_tags(DROPPED_WITH_CONTENT.split_whitespace().collect())
        .generic_attributes(ATTRIBUTES_OF_ALL.iter().copied().collect())
        .tag_attributes(
            ATTRIBUTES.iter().map(|(tag, names)| (*tag, names.iter().copied().collect())).collect(),
        )
        .tag_attribute_values(values)
        .set_tag_attribute_value("input", "disabled", "")
        .url_schemes(SCHEMES.iter().copied().collect())
        .url_relative(UrlRelative::PassThrough)
        .link_rel(None)
        .strip_comments(false)
        .attribute_filter(filter);
    builder
}

/// What depends on an attribute's value. An attribute is dropped whole or loses whole words: to cut characters out
/// of it could make an unsafe one of a safe one.
fn filter<'v>(tag: &str, attribute: &str, value: &'v str) -> Option<Cow<'v, str>> {
    if !value.chars().all(is_xml) {
        return None;
    }
    match attribute {
        "class" => words(value, |class| is_known_class(tag, class)),
        "rel" => words(value, |rel| RELS.contains(&rel)),
        "src" | "poster" => is_web_address(value).then_some(Cow::Borrowed(value)),
        "id" | "name" if value.is_empty() => None,
        _ => Some(Cow::Borrowed(value)),
    }
}

/// What a link may say of its target; `opener` is not for authors to give away.
const RELS: &[&str] = &[
    "author",
    "external",
    "license",
    "me",
    "nofollow",
    "noopener",
    "noreferrer",
    "sponsored",
    "tag",
    "ugc",
    "help",
];

/// Classes that our own steps and Markdown give. Others are the front end's vocabulary: a body that wore them could
/// dress up as the page around it.
fn is_known_class(tag: &str, class: &str) -> bool {
    match tag {
        "a" => matches!(class, "footnote-backref" | "hashtag"),
        "code" | "pre" => class.starts_with("language-") || class.starts_with("lang-"),
        "input" => class == "task-list-item-checkbox",
        "li" => class == "task-list-item",
        "ol" | "ul" => class == "contains-task-list",
        "section" => class == "footnotes",
        "span" => highlight::is_class(class),
        "sup" => class == "footnote-ref",
        _ => false,
    }
}

fn words(value: &str, keep: impl Fn(&str) -> bool) -> Option<Cow<'_, str>> {
    let kept: Vec<&str> = value.split_ascii_whitespace().filter(|word| keep(word)).collect();
    (!kept.is_empty()).then(|| Cow::Owned(kept.join(" ")))
}

/// Pictures and films come by the web or from here.
fn is_web_address(address: &str) -> bool {
    match Url::parse(address) {
        Ok(url) => matches!(url.scheme(), "http" | "https"),
        // The sanitiser has refused what is no address at all.
        Err(_) => true,
    }
}
