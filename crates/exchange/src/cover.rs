//! The picture on top.

use inkstand_model::Cover;

use crate::fields::{Fields, Reach, Reading};
use crate::value::Value;

const PICTURE: &[&str] =
    &["cover", "image", "featured_image", "cover_image", "header_image", "thumbnail", "images"];
const SRC: &[&str] = &["src", "image", "path", "url", "file", "feature"];
const ALT: &[&str] = &["alt", "alt_text", "description"];
const CAPTION: &[&str] = &["caption", "title"];

/// Takes the picture with the words that belong to it. Its caption is as written, and not yet what `Cover` promises.
pub(crate) fn take(fields: &mut Fields) -> Option<Cover> {
    // `image: false` is how a theme is told that there is none.
    let none = |value: &Value| (*value == Value::Bool(false)).then_some(());
    while fields.take_if(Reach::Tables, PICTURE, none).is_some() {}
    let mut cover = fields.take(Reach::Tables, PICTURE, read)?;
    let mut words = |names: &[&str]| {
        fields.take(Reach::Tables, names, |value| match value.words() {
            Some(words) => Reading::All(words),
            None => Reading::Unlike("a text"),
        })
    };
    if cover.alt.is_empty() {
        cover.alt =
            words(&["image_alt", "cover_alt", "thumbnail_alt", "featured_image_alt"]).unwrap_or_default();
    }
    if cover.caption.is_none() {
        cover.caption = words(&["image_caption", "cover_caption"]);
    }
    Some(cover)
}

fn read(value: &Value) -> Reading<Cover> {
    const UNLIKE: &str = "the address of a picture";
    match value {
        Value::Text(text) => {
            Reading::All(Cover { src: text.trim().to_owned(), alt: String::new(), caption: None })
        }
        Value::List(items) => match items.split_first() {
            Some((first, [])) => read(first),
            Some((first, rest)) => match read(first) {
                Reading::All(cover) => Reading::Part(cover, Value::List(rest.to_vec())),
                other => other,
            },
            None => Reading::Unlike(UNLIKE),
        },
        Value::Map(entries) => {
            let words = |names: &[&str]| value.entry(names).and_then(Value::words);
            let Some(src) = words(SRC) else { return Reading::Unlike(UNLIKE) };
            let (alt, caption) = (words(ALT), words(CAPTION));
            let used = 1 + usize::from(alt.is_some()) + usize::from(caption.is_some());
            let complete = entries.iter().filter(|(_, value)| !value.is_empty()).count() == used;
            let cover = Cover { src, alt: alt.unwrap_or_default(), caption };
            if complete { Reading::All(cover) } else { Reading::Part(cover, value.clone()) }
        }
        _ => Reading::Unlike(UNLIKE),
    }
}

/// `Cover::caption` is safe HTML, and nothing but plain text can become that without a sanitiser.
pub(crate) fn with_safe_caption(cover: Cover) -> Cover {
    Cover { caption: cover.caption.as_deref().map(safe), ..cover }
}

fn safe(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
