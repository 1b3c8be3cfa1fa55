//! Ids: the anchors of headings, and what becomes of other ids.
//!
//! - A heading's id is the slug of its words, whatever id its author gave: that is what a table of contents and a
//!   link from outside can count on. The second of a name gets `-2`, and never a name that a later heading has.
//! - Footnotes keep theirs, `fn-…` and `fnref-…`, a namespace of their own.
//! - Every other id is the author's and gets the prefix `user-content-`, as on GitHub. Dropping it would break the
//!   links within imported posts; leaving it would let a body take names of the page around it, for its styles,
//!   its labels and its scripts (a bare `id="config"` becomes `window.config`).
//!
//! Links within the text (`#part`) follow wherever their target went.

use std::collections::{HashMap, HashSet};

use inkstand_model::{Heading, Slug};
use percent_encoding::percent_decode_str;

use crate::fragment::{Element, Piece, end_of};
use crate::text;

/// Before every id of the author's own.
const PREFIX: &str = "user-content-";

/// Settles the ids of a fragment and gives its headings.
pub(crate) fn settle(pieces: &mut [Piece<'_>]) -> Vec<Heading> {
    let outline = outline(pieces);
    let mut ids = Ids::default();
    let mut in_outline = outline.iter().map(|(at, _)| *at).peekable();
    for (at, piece) in pieces.iter_mut().enumerate() {
        let Piece::Open(element) = piece else { continue };
        name_to_id(element);
        if in_outline.next_if_eq(&at).is_none() {
            ids.prefix(element);
        }
    }
    let anchors = ids.anchors(outline.iter().map(|(_, heading)| heading.text.as_str()));
    let mut headings = Vec::with_capacity(outline.len());
    for ((at, mut heading), anchor) in outline.into_iter().zip(anchors) {
        if let Some(Piece::Open(element)) = pieces.get_mut(at) {
            if let Some(own) = element.get("id").map(str::to_owned) {
                ids.moved.entry(own).or_insert_with(|| anchor.clone());
            }
            element.set("id", anchor.clone());
        }
        heading.anchor = anchor;
        headings.push(heading);
    }
    for piece in pieces {
        if let Piece::Open(element) = piece {
            ids.follow(element);
        }
    }
    headings
}

/// The headings, each with its position, not yet with an anchor. One within another is part of that.
fn outline(pieces: &[Piece<'_>]) -> Vec<(usize, Heading)> {
    let mut outline = Vec::new();
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        if let Piece::Open(element) = piece
            && let Some(level) = level_of(element.name)
        {
            let end = end_of(pieces, at);
            outline
                .push((at, Heading { level, text: text::folded(&pieces[at..end]), anchor: String::new() }));
            at = end;
        } else {
            at += 1;
        }
    }
    outline
}

fn level_of(name: &str) -> Option<u8> {
    match name.as_bytes() {
        [b'h', level @ b'1'..=b'6'] => Some(level - b'0'),
        _ => None,
    }
}

/// `<a name>` is how old pages say `id`.
fn name_to_id(element: &mut Element<'_>) {
    if element.name == "a"
        && let Some(name) = element.get("name").map(str::to_owned)
    {
        element.remove("name");
        if element.get("id").is_none() {
            element.set("id", name);
        }
    }
}

/// The ids of one fragment.
#[derive(Default)]
struct Ids {
    /// Those that stand.
    taken: HashSet<String>,
    /// What became of those that the author wrote.
    moved: HashMap<String, String>,
}

impl Ids {
    /// Settles the id of what is no heading; the second of an id loses it.
    fn prefix(&mut self, element: &mut Element<'_>) {
        let Some(own) = element.get("id").map(str::to_owned) else { return };
        let is_footnote = own.starts_with("fn-") || own.starts_with("fnref-");
        let settled =
            if is_footnote || own.starts_with(PREFIX) { own.clone() } else { format!("{PREFIX}{own}") };
        if self.taken.insert(settled.clone()) {
            element.set("id", settled.clone());
            self.moved.insert(own, settled);
        } else {
            element.remove("id");
        }
    }

    /// An anchor for each heading. The names that headings have by nature are theirs; only who comes second, or
    /// meets another element's id, is numbered around them.
    fn anchors<'t>(&mut self, texts: impl Iterator<Item = &'t str>) -> Vec<String> {
        let slugs: Vec<Slug> = texts
            .map(|text| Slug::from_title(text).unwrap_or_else(|| Slug::from_stored("section".to_owned())))
            .collect();
        let natural: HashSet<&str> = slugs.iter().map(Slug::as_str).collect();
        let mut next: HashMap<&str, u32> = HashMap::new();
        let mut anchors = Vec::with_capacity(slugs.len());
        for slug in &slugs {
            let mut anchor = slug.as_str().to_owned();
            let number = next.entry(slug.as_str()).or_insert(1);
            while self.taken.contains(&anchor) || (*number > 1 && natural.contains(anchor.as_str())) {
                *number += 1;
                anchor = slug.with_suffix(*number).as_str().to_owned();
            }
            self.taken.insert(anchor.clone());
            anchors.push(anchor);
        }
        anchors
    }

    /// Leads a link within the text to where its target went.
    fn follow(&self, element: &mut Element<'_>) {
        let Some(fragment) = element.get("href").and_then(|href| href.strip_prefix('#')) else { return };
        let decoded = percent_decode_str(fragment).decode_utf8_lossy();
        if let Some(settled) = self.moved.get(fragment).or_else(|| self.moved.get(&*decoded))
            && *settled != decoded
        {
            let href = format!("#{settled}");
            element.set("href", href);
        }
    }
}
