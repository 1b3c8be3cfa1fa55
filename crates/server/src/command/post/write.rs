//! `inkstand post new` and `inkstand post edit`.

use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use inkstand_blog::{NewEntry, Reader};
use inkstand_exchange::{Document, ReadDocument, quoted, read_document, write_markdown};
use inkstand_model::{Entry, EntryKind, EntryStatus, Site};

use super::{
    complaint::{self, Complaint, Unsaved},
    document::{edit_of, is_held_back, of_entry},
    editor::{Editor, ask, can_ask},
    filing,
    tell::tell,
    which,
    working_file::{WorkingFile, read_source},
};
use crate::{
    cli::{EditArgs, NewArgs},
    say::say,
};

/// What came of a file that was read.
enum Saved {
    Entry(Box<Entry>),
    /// There was nothing to do, and why.
    Nothing(&'static str),
}

/// Makes a post or a page.
pub(crate) async fn new(reader: &Reader, args: NewArgs) -> Result<()> {
    let site = reader.site().await?;
    let saved = match args.from.clone() {
        Some(from) => {
            let text = read_source(from).await?;
            create(reader, &site, &args, &text).await.map_err(|unsaved| refused(unsaved, None))?
        }
        None => {
            let file = new_file(reader, &site, &args).await?;
            let again = format!(
                "inkstand post new{}{} --from",
                if args.page { " --page" } else { "" },
                if args.publish { " --publish" } else { "" },
            );
            let unchanged = "the file is empty, or as it was; nothing was made";
            in_editor(&file, &again, unchanged, async |text| create(reader, &site, &args, text).await).await?
        }
    };
    match saved {
        Saved::Entry(entry) => tell(reader, &entry, args.json, "made ").await,
        // In a script, an empty pipe is a mistake.
        Saved::Nothing(why) if args.from.is_some() => bail!("{why}"),
        Saved::Nothing(why) => say(why),
    }
}

/// Changes a post or a page.
pub(crate) async fn edit(reader: &Reader, args: EditArgs) -> Result<()> {
    let site = reader.site().await?;
    let entry = which::find(reader, &args.which).await?;
    let before = of_entry(reader, &site, &entry).await?;
    // Both sides are read from a file, so that what a file cannot say is no difference.
    let file = write_markdown(&before, &site.zone);
    let before =
        read_document(&file, &site.zone).map_err(|_| anyhow!("this post cannot be edited as a file"))?;
    let before = before.document;
    let version = args.version.unwrap_or(entry.version);
    let saved = match args.from.clone() {
        Some(from) => {
            let text = read_source(from).await?;
            let updated = update(reader, &site, &entry, version, &before, &text).await;
            updated.map_err(|unsaved| refused(unsaved, None))?
        }
        None => {
            let again = format!("inkstand post edit {} --from", which::id_of(&entry));
            let file = with_notes(&file, &entry);
            let unchanged = "the file is empty, or as it was; nothing was changed";
            in_editor(&file, &again, unchanged, async |text| {
                update(reader, &site, &entry, version, &before, text).await
            })
            .await?
        }
    };
    match saved {
        Saved::Entry(entry) => tell(reader, &entry, args.json, "saved ").await,
        Saved::Nothing(_) if args.json => tell(reader, &entry, true, "").await,
        Saved::Nothing(why) => say(why),
    }
}

async fn create(reader: &Reader, site: &Site, args: &NewArgs, text: &str) -> Result<Saved, Unsaved> {
    let mut read = read(text, site)?;
    if let Some(title) = args.title.as_ref().filter(|_| args.from.is_some()) {
        read.document.title.clone_from(title);
    }
    read.document.take_title_of_heading();
    let Document { title, source, .. } = &read.document;
    if title.trim().is_empty() && source.trim().is_empty() {
        return Ok(Saved::Nothing("there is neither a title nor a text; nothing was made"));
    }
    let page = args.page || read.document.kind == Some(EntryKind::Page);
    let kind = if page { EntryKind::Page } else { EntryKind::Post };
    let edit = edit_of(reader, &read, None).await?;
    let new = NewEntry { edit, publish: args.publish, idempotency_key: None };
    let made = reader.create_entry(kind, new).await;
    let (entry, _) = made.map_err(|error| Unsaved::of_write(&read, error))?;
    remark(&read);
    Ok(Saved::Entry(Box::new(entry)))
}

async fn update(
    reader: &Reader,
    site: &Site,
    entry: &Entry,
    version: i64,
    before: &Document,
    text: &str,
) -> Result<Saved, Unsaved> {
    let mut read = read(text, site)?;
    let kind = entry.kind;
    if read.document.kind.is_some_and(|now| now != kind) {
        let message = format!("a {} stays one; make a new one instead", kind.as_str());
        return Err(Unsaved::Wrong(vec![Complaint::about(&read, "type", message)]));
    }
    read.document.kind = before.kind;
    if read.document.draft && !is_held_back(entry) {
        let message = "a file does not unpublish; use `inkstand post unpublish`";
        return Err(Unsaved::Wrong(vec![Complaint::about(&read, "draft", message)]));
    }
    let edit = edit_of(reader, &read, Some(before)).await?;
    if edit == inkstand_blog::Edit::default() && version == entry.version {
        return Ok(Saved::Nothing("it says what it said before; nothing was changed"));
    }
    let updated = reader.update_entry(kind, entry.id, version, edit).await;
    let (entry, _) = updated.map_err(|error| Unsaved::of_write(&read, error))?;
    remark(&read);
    Ok(Saved::Entry(Box::new(entry)))
}

fn read(text: &str, site: &Site) -> Result<ReadDocument, Unsaved> {
    read_document(text, &site.zone)
        .map_err(|wrong| Unsaved::Wrong(wrong.into_iter().map(Complaint::from).collect()))
}

/// What was mended in the file is worth a word, once it is saved.
fn remark(read: &ReadDocument) {
    for remark in &read.remarks {
        warn(remark);
    }
}

#[expect(clippy::print_stderr, reason = "a word to whoever writes; standard output is for what was made")]
fn warn(text: &str) {
    eprintln!("{text}");
}

/// Has a file edited until it can be saved, or its author gives up. What they wrote is not lost, whatever happens.
async fn in_editor(
    text: &str,
    again: &str,
    unchanged: &'static str,
    save: impl AsyncFn(&str) -> Result<Saved, Unsaved>,
) -> Result<Saved> {
    let editor = Editor::of_user()?;
    let file = WorkingFile::new(text)?;
    loop {
        let edited = editor.edit(file.path()).await;
        let now = match file.read() {
            Ok(now) => now,
            Err(error) => return Err(kept(error, file.keep(), again)),
        };
        let says_nothing = now == text || now.trim().is_empty();
        match edited {
            Err(error) if says_nothing => return Err(error.context("nothing was done")),
            Err(error) => return Err(kept(error.context("nothing was done"), file.keep(), again)),
            Ok(()) if says_nothing => return Ok(Saved::Nothing(unchanged)),
            Ok(()) => {}
        }
        match save(&now).await {
            Ok(saved) => return Ok(saved),
            Err(Unsaved::Wrong(wrong)) if can_ask() => {
                warn(&format!("this cannot be saved:\n{}", complaint::lines(&wrong)));
                if !ask("Open the editor again?").await? {
                    return Err(kept(anyhow!("nothing was done"), file.keep(), again));
                }
            }
            Err(unsaved) => {
                let path = file.keep();
                return Err(refused(unsaved, Some((path, again))));
            }
        }
    }
}

/// The last word where something was not saved; with the file that is kept, and the command that takes it.
fn refused(unsaved: Unsaved, file: Option<(PathBuf, &str)>) -> anyhow::Error {
    let error = match unsaved {
        Unsaved::Wrong(wrong) => anyhow!("this cannot be saved:\n{}", complaint::lines(&wrong)),
        Unsaved::Stale(entry) => anyhow!(
            "{id} was changed meanwhile (it is at version {version} now); nothing was overwritten\n\
            `inkstand post show {id}` prints what it says now",
            id = which::id_of(&entry),
            version = entry.version
        ),
        Unsaved::Fault(error) => error,
    };
    match file {
        Some((path, again)) => kept(error, path, again),
        None => error,
    }
}

fn kept(error: anyhow::Error, path: PathBuf, again: &str) -> anyhow::Error {
    let path = path.display();
    anyhow!("{error:#}\nwhat you wrote is kept in {path}\nwhen it is as it should be: {again} {path}")
}

/// A file to fill in.
async fn new_file(reader: &Reader, site: &Site, args: &NewArgs) -> Result<String> {
    let [categories, authors, series] = filing::known(reader).await?;
    let there = |slugs: &[String]| match slugs {
        [] => "# there are none yet".to_owned(),
        slugs => format!("# there are: {}", slugs.join(", ")),
    };
    let what = if args.page { "page" } else { "post" };
    let end = if args.publish { "It is published at once." } else { "It becomes a draft." };
    Ok(format!(
        "---\n\
        # Save, and leave the editor, to make the {what}. {end} Leave this as it is to make nothing.\n\
        # What stands empty is left out; the text begins below the second line of hyphens, in Markdown.\n\
        title: {title}\n\
        date:          # 2026-12-24 18:30 ({zone}); empty: when it is published\n\
        slug:          # the end of its address; empty: made of the title\n\
        tags: []       # [ink, \"free software\"]; new ones are made\n\
        categories: [] {categories}\n\
        authors: []    {authors}\n\
        series:        {series}\n\
        lang:          # en, pt-BR; empty: the blog's\n\
        cover:         # address of the picture on top\n\
        description:   # for lists and search engines; empty: how the text begins\n\
        ---\n\n",
        title = quoted(args.title.as_deref().unwrap_or_default()),
        zone = site.zone.name(),
        categories = there(&categories),
        authors = there(&authors),
        series = there(&series),
    ))
}

/// The file of an entry, with a word on what editing it means.
fn with_notes(file: &str, entry: &Entry) -> String {
    let state = match entry.publication.status() {
        EntryStatus::Draft => "a draft",
        EntryStatus::Scheduled => "scheduled",
        EntryStatus::Published => "published",
        EntryStatus::Private => "private",
        EntryStatus::Trashed => "in the trash",
    };
    let notes = format!(
        "---\n# {id}, {state}, version {version}. What you take out is taken away; leave this as it is to change \
        nothing.\n# There may also be: path, aliases (old addresses), tags, categories, authors, series, series_order, \
        cover, description, featured.\n",
        id = which::id_of(entry),
        version = entry.version
    );
    match file.strip_prefix("---\n") {
        Some(rest) => format!("{notes}{rest}"),
        None => file.to_owned(),
    }
}
