//! An address where nothing is, or nothing any more.

use askama::Template;

use crate::{Frame, Link, Unwritten};

/// What is shown in place of what is not there.
#[derive(Clone, Debug, Template)]
#[template(path = "nothing.html")]
pub struct NothingPage {
    /// What is around it.
    pub frame: Frame,
    /// Whether something stood here, and is gone for good.
    pub is_gone: bool,
    /// What may have been meant.
    pub suggestions: Vec<Link>,
}

impl NothingPage {
    /// The document.
    ///
    /// # Errors
    /// See [`Unwritten`].
    pub fn html(&self) -> Result<String, Unwritten> {
        Ok(self.render()?)
    }
}
