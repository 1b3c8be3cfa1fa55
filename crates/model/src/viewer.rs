//! Who asks, and what they may do.

/// Who is asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// A reader nobody knows.
    Anonymous,
    /// Whoever holds the machine: the command line and the server's own work.
    Operator,
}

/// Something that not everybody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// See drafts, scheduled, private and trashed entries.
    ReadUnpublished,
    /// Bring in or take out whole blogs.
    Import,
    /// Change what belongs to the whole blog: its settings, its index.
    ChangeSite,
}

/// Whether `viewer` may do `action`. Every rule stands here, and only `blog` asks.
#[must_use]
pub const fn may(viewer: &Viewer, action: Action) -> bool {
    match (viewer, action) {
        (Viewer::Operator, Action::ReadUnpublished | Action::Import | Action::ChangeSite) => true,
        (Viewer::Anonymous, Action::ReadUnpublished | Action::Import | Action::ChangeSite) => false,
    }
}
