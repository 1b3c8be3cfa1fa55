//! `inkstand post list`.

use std::io::IsTerminal;

use anyhow::{Context, Result};
use inkstand_blog::Reader;
use inkstand_model::{
    Entry, EntryFilter, EntryKind, EntryOrder, EntryStatus, Match, SliceRequest, Slug, Zone,
};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{json, tell::printable};
use crate::{
    cli::{ListArgs, ShownStatus},
    say::say,
};

pub(crate) async fn list(reader: &Reader, args: ListArgs) -> Result<()> {
    let tags = args.tag.iter().map(|tag| Slug::from_title(tag).with_context(|| format!("{tag:?} is no tag")));
    let all = tags.collect::<Result<Vec<_>>>()?;
    let filter = EntryFilter {
        tags: Match { all, ..Match::default() },
        statuses: statuses(&args.status),
        ..EntryFilter::default()
    };
    let kind = if args.pages { EntryKind::Page } else { EntryKind::Post };
    let slice = SliceRequest::first(args.limit);
    let listed = reader.entries(kind, &filter, EntryOrder::Newest, &slice).await?;
    let entries: Vec<&Entry> = listed.items.iter().map(AsRef::as_ref).collect();
    if args.json {
        return json::say_list(reader, &entries).await;
    }
    let for_people = std::io::stdout().is_terminal();
    if listed.items.is_empty() {
        // A script gets nothing for nothing.
        return if for_people { say(format_args!("there are no such {}s", kind.as_str())) } else { Ok(()) };
    }
    let zone = reader.site().await?.zone.clone();
    say(table(&entries, &zone, width()).join("\n"))?;
    if listed.has_next && for_people {
        let more = reader.count_entries(kind, &filter).await?.saturating_sub(u64::from(args.limit));
        say(format_args!("… and {more} more; --limit N shows them"))?;
    }
    Ok(())
}

fn statuses(shown: &[ShownStatus]) -> Vec<EntryStatus> {
    if shown.is_empty() {
        return vec![
            EntryStatus::Draft,
            EntryStatus::Scheduled,
            EntryStatus::Published,
            EntryStatus::Private,
        ];
    }
    let status = |shown: &ShownStatus| match shown {
        ShownStatus::Draft => EntryStatus::Draft,
        ShownStatus::Scheduled => EntryStatus::Scheduled,
        ShownStatus::Published => EntryStatus::Published,
        ShownStatus::Private => EntryStatus::Private,
        ShownStatus::Trashed => EntryStatus::Trashed,
    };
    shown.iter().map(status).collect()
}

/// Columns of the terminal; `None` where a program reads.
fn width() -> Option<usize> {
    let set = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    set.filter(|columns| *columns > 0)
        .or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))
}

/// A line for each: status, date, slug, title.
fn table(entries: &[&Entry], zone: &Zone, width: Option<usize>) -> Vec<String> {
    let rows: Vec<[String; 4]> = entries
        .iter()
        .map(|entry| {
            let date = entry.publication.date();
            let date = date.map(|at| at.local(zone).strftime("%Y-%m-%d %H:%M").to_string());
            [
                entry.publication.status().as_str().to_owned(),
                date.unwrap_or_default(),
                entry.slug.as_str().to_owned(),
                printable(&entry.title).into_owned(),
            ]
        })
        .collect();
    let widest = |column: usize| rows.iter().map(|row| row[column].width()).max().unwrap_or(0);
    let (status, date, mut slug) = (widest(0), widest(1), widest(2));
    let mut title = widest(3);
    if let Some(width) = width {
        let rest = width.saturating_sub(status + date + 6);
        if slug + title > rest {
            // Half for each, and what one of them does not need for the other.
            slug = slug.min((rest / 2).max(rest.saturating_sub(title))).max(1);
            title = rest.saturating_sub(slug).max(1);
        }
    }
    rows.iter()
        .map(|row| {
            let line = format!(
                "{}  {}  {}  {}",
                padded(&row[0], status),
                padded(&row[1], date),
                padded(&cut(&row[2], slug), slug),
                cut(&row[3], title)
            );
            line.trim_end().to_owned()
        })
        .collect()
}

fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

/// The text, or as much of it as fits with a mark that something is missing.
fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut cut = String::new();
    let mut taken = 0;
    for c in text.chars() {
        let wide = c.width().unwrap_or(0);
        if taken + wide + 1 > columns {
            break;
        }
        taken += wide;
        cut.push(c);
    }
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_fits() {
        for (text, columns, expected) in [
            ("Hello", 5, "Hello"),
            ("Hello", 4, "Hel…"),
            ("日本語の", 8, "日本語の"),
            ("日本語の", 7, "日本語…"),
            ("日本語の", 6, "日本…"),
            ("e\u{301}te\u{301}s", 3, "e\u{301}t…"),
            ("x", 1, "x"),
            ("xy", 1, "…"),
        ] {
            let cut = cut(text, columns);
            assert_eq!(cut, expected);
            assert!(cut.width() <= columns);
        }
    }
}
