//! The blog as a whole.

use crate::{Language, PermalinkPattern, PreviewPattern, Zone};

/// What the owner has set for the whole blog. Its public address is configuration, not content, and not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The blog's name.
    pub title: String,
    /// A line below it, may be empty.
    pub tagline: String,
    /// The language of entries that name none.
    pub language: Language,
    /// The zone of dates without one, and of years and months in addresses and archives.
    pub zone: Zone,
    /// How the addresses of new posts are made.
    pub permalinks: PermalinkPattern,
    /// Where the front end shows an entry that is not published yet; without it, nowhere.
    pub preview_url: Option<PreviewPattern>,
}

impl Default for Site {
    fn default() -> Self {
        Self {
            title: "A blog on Inkstand".to_owned(),
            tagline: String::new(),
            language: Language::english(),
            zone: Zone::utc(),
            permalinks: PermalinkPattern::default(),
            preview_url: None,
        }
    }
}
