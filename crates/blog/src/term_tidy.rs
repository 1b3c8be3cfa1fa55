//! Tidying up: merging terms that mean the same, removing some, and the order of a series.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use inkstand_model::{
    Action, Author, AuthorId, Category, CategoryId, EntryId, Seq, Series, SeriesId, Tag, TagId,
};
use inkstand_storage::{Term, Writing};
use tracing::instrument;
use uuid::Uuid;

use crate::{
    Reader, Refusal, RefusalCode, WriteError,
    edit::within,
    reader::ancestors,
    term::{Written, found, target},
};

/// Terms that are merged at once.
const MOST_MERGED: usize = 100;

/// Posts that are ordered at once.
const MOST_ORDERED: usize = 1_000;

impl Reader {
    /// Files all posts of some tags under another one, and removes these; their slugs lead to it from now on.
    ///
    /// # Errors
    /// Where the viewer may not, a tag is not there or to be merged into itself, or the database fails.
    #[instrument(name = "blog.merge_tags", skip_all)]
    pub async fn merge_tags(&self, tags: &[TagId], into: TagId) -> Written<Tag> {
        let merge: Merge<'_, Tag> = self.begin_merge(tags.iter().map(|id| id.uuid()), into.uuid()).await?;
        self.finish_merge(merge).await
    }

    /// Likewise for series. Posts keep their numbers, so the parts of a series that was split by a misspelling fall
    /// into place; [`Reader::order_series`] gives another order.
    ///
    /// # Errors
    /// As [`Reader::merge_tags`].
    #[instrument(name = "blog.merge_series", skip_all)]
    pub async fn merge_series(&self, series: &[SeriesId], into: SeriesId) -> Written<Series> {
        let merge: Merge<'_, Series> =
            self.begin_merge(series.iter().map(|id| id.uuid()), into.uuid()).await?;
        self.finish_merge(merge).await
    }

    /// Likewise for categories. Those below the merged ones are below the other one then; where that one was itself
    /// below a merged one, it moves up in its place.
    ///
    /// # Errors
    /// As [`Reader::merge_tags`].
    #[instrument(name = "blog.merge_categories", skip_all)]
    pub async fn merge_categories(&self, categories: &[CategoryId], into: CategoryId) -> Written<Category> {
        let mut merge: Merge<'_, Category> =
            self.begin_merge(categories.iter().map(|id| id.uuid()), into.uuid()).await?;
        let tree = merge.writing.category_tree().await?;
        let merged: HashSet<CategoryId> = merge.sources.iter().map(|category| category.id).collect();
        merge.writing.move_categories(&moves(&tree, &merged, into)).await?;
        self.finish_merge(merge).await
    }

    /// Likewise for authors. The account of a merged one is the other one's then, unless that has one already.
    ///
    /// # Errors
    /// As [`Reader::merge_tags`], and where accounts of several people would meet in one author.
    #[instrument(name = "blog.merge_authors", skip_all)]
    pub async fn merge_authors(&self, authors: &[AuthorId], into: AuthorId) -> Written<Author> {
        let mut merge: Merge<'_, Author> =
            self.begin_merge(authors.iter().map(|id| id.uuid()), into.uuid()).await?;
        let all = merge.sources.iter().chain([&merge.target]);
        let accounts: BTreeSet<_> = all.filter_map(|author| author.account).collect();
        if accounts.len() > 1 {
            let message = "these are authors of several accounts; take them from their accounts first";
            return Err(Refusal::new(RefusalCode::NotPossible, "ids", message).into());
        }
        let account = accounts.into_iter().next();
        if merge.target.account == account {
            return self.finish_merge(merge).await;
        }
        let before = merge.target.clone();
        merge.refile().await?;
        let author = Author { account, ..before.clone() };
        merge.writing.replace_term(&before, &author).await?;
        self.finish_term(merge.writing, author).await
    }

    /// Removes a tag. One that entries bear is only removed where `force` says so; they lose it then.
    ///
    /// # Errors
    /// Where the viewer may not, there is no such tag, something bears it, or the database fails.
    #[instrument(name = "blog.delete_tag", skip_all)]
    pub async fn delete_tag(&self, id: TagId, force: bool) -> Written<TagId> {
        self.remove::<Tag>(id.uuid(), force).await.map(|seq| (id, seq))
    }

    /// Removes a series, likewise.
    ///
    /// # Errors
    /// As [`Reader::delete_tag`].
    #[instrument(name = "blog.delete_series", skip_all)]
    pub async fn delete_series(&self, id: SeriesId, force: bool) -> Written<SeriesId> {
        self.remove::<Series>(id.uuid(), force).await.map(|seq| (id, seq))
    }

    /// Removes an author, likewise; their account stays.
    ///
    /// # Errors
    /// As [`Reader::delete_tag`].
    #[instrument(name = "blog.delete_author", skip_all)]
    pub async fn delete_author(&self, id: AuthorId, force: bool) -> Written<AuthorId> {
        self.must_be_allowed(Action::ManageTerms)?;
        let writing = self.begin().await?;
        let author: Author = found(&writing, id.uuid(), "id").await?;
        if author.account.is_some() && !force {
            return Err(in_use("an account writes under this name"));
        }
        self.remove_found(writing, &author, force).await.map(|seq| (id, seq))
    }

    /// Removes a category, likewise; with `force`, those below it move up in its place.
    ///
    /// # Errors
    /// As [`Reader::delete_tag`], and where others are below it.
    #[instrument(name = "blog.delete_category", skip_all)]
    pub async fn delete_category(&self, id: CategoryId, force: bool) -> Written<CategoryId> {
        self.must_be_allowed(Action::ManageTerms)?;
        let mut writing = self.begin().await?;
        let category: Category = found(&writing, id.uuid(), "id").await?;
        let tree = writing.category_tree().await?;
        let below: Vec<CategoryId> =
            tree.iter().filter(|other| other.parent == Some(id)).map(|other| other.id).collect();
        if !below.is_empty() {
            if !force {
                return Err(in_use("other categories are below it"));
            }
            writing.move_categories(&BTreeMap::from([(category.parent, below)])).await?;
        }
        self.remove_found(writing, &category, force).await.map(|seq| (id, seq))
    }

    /// Sets the order of the posts of a series as a whole: these first, then the rest in the order that they have.
    ///
    /// # Errors
    /// Where the viewer may not, there is no such series, a post is not part of it, or the database fails.
    #[instrument(name = "blog.order_series", skip_all, fields(posts = posts.len()))]
    pub async fn order_series(&self, id: SeriesId, posts: &[EntryId]) -> Written<Series> {
        self.must_be_allowed(Action::ManageTerms)?;
        few("posts", posts.len(), MOST_ORDERED)?;
        let mut writing = self.begin().await?;
        let series: Series = found(&writing, id.uuid(), "id").await?;
        let parts = writing.parts(id).await?;
        let known: HashSet<EntryId> = parts.iter().copied().collect();
        let mut placed = HashSet::new();
        let mut refusals = Vec::new();
        for (place, post) in posts.iter().enumerate() {
            let (code, message) = if !known.contains(post) {
                (RefusalCode::NotFound, "this post is not part of the series")
            } else if !placed.insert(*post) {
                (RefusalCode::Invalid, "this post is in the list already")
            } else {
                continue;
            };
            refusals.push(at(code, "posts", place, message));
        }
        if !refusals.is_empty() {
            return Err(WriteError::Refused(refusals));
        }
        let rest = parts.iter().filter(|part| !placed.contains(part));
        let order: Vec<EntryId> = posts.iter().chain(rest).copied().collect();
        writing.set_parts(id, &order).await?;
        writing.audit("series.order", Some(target(&series)), "").await?;
        self.finish_term(writing, series).await
    }

    async fn begin_merge<T: Term>(
        &self,
        sources: impl Iterator<Item = Uuid> + Send,
        into: Uuid,
    ) -> Result<Merge<'_, T>, WriteError> {
        self.must_be_allowed(Action::ManageTerms)?;
        let sources: Vec<Uuid> = sources.collect();
        few("ids", sources.len(), MOST_MERGED)?;
        if sources.is_empty() {
            return Err(
                Refusal::new(RefusalCode::Invalid, "ids", "name at least one that is to be merged").into()
            );
        }
        let writing = self.begin().await?;
        let target: T = found(&writing, into, "into").await?;
        let terms: Vec<T> = writing.terms_by_keys(&sources).await?;
        let mut refusals = Vec::new();
        for (place, source) in sources.iter().enumerate() {
            if *source == into {
                let message = format!("a {} cannot be merged into itself", T::WORD);
                refusals.push(at(RefusalCode::NotPossible, "ids", place, message));
            } else if !terms.iter().any(|term| term.key() == *source) {
                refusals.push(at(
                    RefusalCode::NotFound,
                    "ids",
                    place,
                    format!("there is no such {}", T::WORD),
                ));
            }
        }
        if !refusals.is_empty() {
            return Err(WriteError::Refused(refusals));
        }
        Ok(Merge { writing, sources: terms, target })
    }

    async fn finish_merge<T: Term>(&self, mut merge: Merge<'_, T>) -> Written<T> {
        merge.refile().await?;
        self.finish_term(merge.writing, merge.target).await
    }

    async fn remove<T: Term>(&self, key: Uuid, force: bool) -> Result<Seq, WriteError> {
        self.must_be_allowed(Action::ManageTerms)?;
        let writing = self.begin().await?;
        let term: T = found(&writing, key, "id").await?;
        self.remove_found(writing, &term, force).await
    }

    async fn remove_found<T: Term>(
        &self,
        mut writing: Writing<'_>,
        term: &T,
        force: bool,
    ) -> Result<Seq, WriteError> {
        let filed = writing.count_filed::<T>(term.key()).await?;
        if filed > 0 && !force {
            let entries = if filed == 1 { "one entry is" } else { &format!("{filed} entries are") };
            return Err(in_use(&format!("{entries} filed under it, drafts included")));
        }
        writing.remove_term(term).await?;
        writing
            .audit(&format!("{}.delete", T::WORD), Some(target(term)), &format!("slug {}", term.slug()))
            .await?;
        self.finish(writing).await
    }
}

/// A merge that is about to be done.
struct Merge<'a, T> {
    writing: Writing<'a>,
    sources: Vec<T>,
    target: T,
}

impl<T: Term> Merge<'_, T> {
    async fn refile(&mut self) -> Result<(), WriteError> {
        let keys: Vec<Uuid> = self.sources.iter().map(Term::key).collect();
        let names: Vec<&str> = self.sources.iter().map(Term::name).collect();
        self.writing.merge_terms(&self.sources, &self.target).await?;
        self.writing.lead_menus_to::<T>(&keys, self.target.key()).await?;
        let detail = format!("{} into it", names.join(", "));
        self.writing.audit(&format!("{}.merge", T::WORD), Some(target(&self.target)), &detail).await?;
        Ok(())
    }
}

/// Where the categories below merged ones go: below the target, but for the target itself and those above it, which
/// would make a loop there. Those go up, past the merged ones.
fn moves(
    tree: &[Category],
    merged: &HashSet<CategoryId>,
    into: CategoryId,
) -> BTreeMap<Option<CategoryId>, Vec<CategoryId>> {
    let above_target: HashSet<CategoryId> = ancestors(tree, into).iter().map(|above| above.id).collect();
    let mut moves: BTreeMap<Option<CategoryId>, Vec<CategoryId>> = BTreeMap::new();
    for category in tree.iter().filter(|category| !merged.contains(&category.id)) {
        if !category.parent.is_some_and(|parent| merged.contains(&parent)) {
            continue;
        }
        let parent = if category.id == into || above_target.contains(&category.id) {
            let above = ancestors(tree, category.id);
            above.iter().find(|above| !merged.contains(&above.id)).map(|above| above.id)
        } else {
            Some(into)
        };
        moves.entry(parent).or_default().push(category.id);
    }
    moves
}

fn few(field: &str, length: usize, most: usize) -> Result<(), Refusal> {
    if length <= most {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::TooLong, field, format!("at most {most} at once, not {length}")))
}

fn at(code: RefusalCode, list: &str, place: usize, message: impl Into<String>) -> Refusal {
    within(list, place, Refusal::new(code, "", message))
}

fn in_use(reason: &str) -> WriteError {
    let message =
        format!("{reason}; say `force: true` to remove it all the same, or merge it into another one");
    Refusal::new(RefusalCode::NotPossible, "id", message).into()
}
