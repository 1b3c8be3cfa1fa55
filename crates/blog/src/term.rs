//! Making and changing tags, categories, series and authors.
//!
//! A slug that a term gives up goes on leading to it, so links from outside never break. A new term, or one that is
//! renamed, may take a slug that another one had: whoever bears a slug now comes first.

use inkstand_model::{
    Action, Author, AuthorId, Category, CategoryId, Seq, Series, SeriesId, Slug, Tag, TagId,
};
use inkstand_storage::{AuditTarget, Term, TermScope, Writing};
use tracing::instrument;
use uuid::Uuid;

use crate::{
    AuthorText, Reader, Refusal, RefusalCode, TermText, WriteError,
    reader::ancestors,
    term_text::{CheckedText, Described, without_slug},
};

/// What writing gives: the thing as it is now, and its place in the log.
pub(crate) type Written<T> = Result<(T, Seq), WriteError>;

/// Levels of the tree of categories: more help nobody, and every look at a category walks up to the root.
const MOST_LEVELS: usize = 20;

impl Reader {
    /// Makes a tag.
    ///
    /// # Errors
    /// Where the viewer may not, a text is wrong, another tag has the slug, or the database fails; likewise below.
    #[instrument(name = "blog.create_tag", skip_all)]
    pub async fn create_tag(&self, text: TermText) -> Written<Tag> {
        let (mut writing, text) = self.begin_with(text).await?;
        let tag = self.new_term::<Tag>(&mut writing, text).await?;
        self.insert(writing, tag).await
    }

    /// Changes a tag.
    ///
    /// # Errors
    /// Also where there is no such tag.
    #[instrument(name = "blog.update_tag", skip_all)]
    pub async fn update_tag(&self, id: TagId, text: TermText) -> Written<Tag> {
        let (writing, text) = self.begin_with(text).await?;
        let before: Tag = found(&writing, id.uuid(), "id").await?;
        let mut tag = before.clone();
        tag.change(text);
        self.replace(writing, before, tag).await
    }

    /// Makes a series.
    ///
    /// # Errors
    /// As [`Reader::create_tag`].
    #[instrument(name = "blog.create_series", skip_all)]
    pub async fn create_series(&self, text: TermText) -> Written<Series> {
        let (mut writing, text) = self.begin_with(text).await?;
        let series = self.new_term::<Series>(&mut writing, text).await?;
        self.insert(writing, series).await
    }

    /// Changes a series.
    ///
    /// # Errors
    /// As [`Reader::update_tag`].
    #[instrument(name = "blog.update_series", skip_all)]
    pub async fn update_series(&self, id: SeriesId, text: TermText) -> Written<Series> {
        let (writing, text) = self.begin_with(text).await?;
        let before: Series = found(&writing, id.uuid(), "id").await?;
        let mut series = before.clone();
        series.change(text);
        self.replace(writing, before, series).await
    }

    /// Makes a category, below another one or at the root of the tree.
    ///
    /// # Errors
    /// As [`Reader::create_tag`], and where there is no such parent or it is too deep in the tree.
    #[instrument(name = "blog.create_category", skip_all)]
    pub async fn create_category(&self, text: TermText, parent: Option<CategoryId>) -> Written<Category> {
        let (mut writing, text) = self.begin_with(text).await?;
        let mut category = self.new_term::<Category>(&mut writing, text).await?;
        place(&writing, &mut category, parent).await?;
        self.insert(writing, category).await
    }

    /// Changes a category; `parent` moves it below another one or, with an inner `None`, to the root of the tree.
    ///
    /// # Errors
    /// As [`Reader::update_tag`], and where the parent is none, the category itself or one below it.
    #[instrument(name = "blog.update_category", skip_all)]
    pub async fn update_category(
        &self,
        id: CategoryId,
        text: TermText,
        parent: Option<Option<CategoryId>>,
    ) -> Written<Category> {
        let (writing, text) = self.begin_with(text).await?;
        let before: Category = found(&writing, id.uuid(), "id").await?;
        let mut category = before.clone();
        category.change(text);
        if let Some(parent) = parent {
            place(&writing, &mut category, parent).await?;
        }
        self.replace(writing, before, category).await
    }

    /// Makes an author.
    ///
    /// # Errors
    /// As [`Reader::create_tag`].
    #[instrument(name = "blog.create_author", skip_all)]
    pub async fn create_author(&self, text: AuthorText) -> Written<Author> {
        self.must_be_allowed(Action::ManageTerms)?;
        let text = text.check()?;
        let Some(handle) = text.handle.clone() else {
            return Err(Refusal::new(RefusalCode::Invalid, "handle", "must not be empty").into());
        };
        let mut writing = self.begin().await?;
        free::<Author>(&writing, &handle.1, "handle").await?;
        let number = writing.next_term_number::<Author>().await?;
        let author = text.author(self.blog().inner.clock.new_id(), number, handle);
        self.insert(writing, author).await
    }

    /// Changes an author. Whose account they belong to is none of this.
    ///
    /// # Errors
    /// As [`Reader::update_tag`].
    #[instrument(name = "blog.update_author", skip_all)]
    pub async fn update_author(&self, id: AuthorId, text: AuthorText) -> Written<Author> {
        self.must_be_allowed(Action::ManageTerms)?;
        let text = text.check()?;
        let writing = self.begin().await?;
        let before: Author = found(&writing, id.uuid(), "id").await?;
        let mut author = before.clone();
        text.change(&mut author);
        self.replace(writing, before, author).await
    }

    /// A transaction, once the viewer may and the text is right.
    async fn begin_with(&self, text: TermText) -> Result<(Writing<'_>, CheckedText), WriteError> {
        self.must_be_allowed(Action::ManageTerms)?;
        let text = text.check()?;
        Ok((self.begin().await?, text))
    }

    async fn new_term<T: Described>(
        &self,
        writing: &mut Writing<'_>,
        text: CheckedText,
    ) -> Result<T, WriteError> {
        let Some(name) = text.name.clone() else {
            return Err(Refusal::new(RefusalCode::Invalid, "name", "must not be empty").into());
        };
        let (slug, field) = match text.slug.clone() {
            Some(slug) => (slug, "slug"),
            None => (Slug::from_title(&name).ok_or_else(|| without_slug("name"))?, "name"),
        };
        free::<T>(writing, &slug, field).await?;
        let number = writing.next_term_number::<T>().await?;
        let mut term = T::new(self.blog().inner.clock.new_id(), number, name, slug);
        term.change(text);
        Ok(term)
    }

    async fn insert<T: Term>(&self, mut writing: Writing<'_>, term: T) -> Written<T> {
        writing.insert_term(&term).await?;
        writing.audit(&format!("{}.create", T::WORD), Some(target(&term)), "").await?;
        self.finish_term(writing, term).await
    }

    async fn replace<T: Term>(&self, mut writing: Writing<'_>, before: T, term: T) -> Written<T> {
        if before == term {
            writing.rollback().await?;
            return Ok((term, self.last_seq().await?));
        }
        let mut detail = String::new();
        if before.slug() != term.slug() {
            let field = if T::WORD == Author::WORD { "handle" } else { "slug" };
            free::<T>(&writing, term.slug(), field).await?;
            detail = format!("slug {} to {}", before.slug(), term.slug());
        } else if before.name() != term.name() {
            detail = format!("name {:?} to {:?}", before.name(), term.name());
        }
        writing.replace_term(&before, &term).await?;
        writing.audit(&format!("{}.update", T::WORD), Some(target(&term)), &detail).await?;
        self.finish_term(writing, term).await
    }

    /// Commits, and gives the term as it is then: its posts are counted at the commit.
    pub(crate) async fn finish_term<T: Term>(&self, writing: Writing<'_>, term: T) -> Written<T> {
        let seq = self.finish(writing).await?;
        let now = self.storage().terms_by_ids(TermScope::All, &[term.key()]).await?.pop();
        Ok((now.unwrap_or(term), seq))
    }
}

/// The term in the audit.
pub(crate) fn target<T: Term>(term: &T) -> AuditTarget<'_> {
    AuditTarget { kind: T::WORD, id: Some(term.key()), label: term.name() }
}

/// The term with this key, or that there is none.
pub(crate) async fn found<T: Term>(writing: &Writing<'_>, key: Uuid, field: &str) -> Result<T, WriteError> {
    let found = writing.term(key).await?;
    found.ok_or_else(|| {
        Refusal::new(RefusalCode::NotFound, field, format!("there is no such {}", T::WORD)).into()
    })
}

/// That no term of the kind has the slug now.
async fn free<T: Term>(writing: &Writing<'_>, slug: &Slug, field: &str) -> Result<(), WriteError> {
    let Some(holder) = writing.holder_of::<T>(slug).await? else { return Ok(()) };
    let message = format!(
        "the {} {:?} has the slug {slug}; take another one, or merge the two",
        T::WORD,
        holder.name()
    );
    Err(Refusal::new(RefusalCode::Taken, field, message).into())
}

/// Puts a category below another one, where that makes no loop.
async fn place(
    writing: &Writing<'_>,
    category: &mut Category,
    parent: Option<CategoryId>,
) -> Result<(), WriteError> {
    category.parent = parent;
    let Some(parent) = parent else { return Ok(()) };
    let refused = |code, message: String| Err(Refusal::new(code, "parent", message).into());
    let tree = writing.category_tree().await?;
    if !tree.iter().any(|other| other.id == parent) {
        return refused(RefusalCode::NotFound, "there is no such category".to_owned());
    }
    let above = ancestors(&tree, parent);
    if parent == category.id || above.iter().any(|above| above.id == category.id) {
        return refused(RefusalCode::NotPossible, "a category cannot be below itself".to_owned());
    }
    let levels_below = tree
        .iter()
        .filter_map(|other| ancestors(&tree, other.id).iter().position(|above| above.id == category.id))
        .map(|between| between + 1)
        .max()
        .unwrap_or(0);
    if above.len() + 2 + levels_below > MOST_LEVELS {
        return refused(
            RefusalCode::NotPossible,
            format!("a tree of categories has at most {MOST_LEVELS} levels"),
        );
    }
    Ok(())
}
