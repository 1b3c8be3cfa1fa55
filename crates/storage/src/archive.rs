//! How many posts each month has.

use inkstand_model::{EntryKind, EntryStatus, Instant, Zone};
use sea_orm::{
    ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait, Order, Query},
};
use tracing::instrument;

use crate::{Storage, StorageError, convert::instant, entity::entry, entry_read::published};

/// No blog is older than this many months; dates beyond are typing errors and fold into the first month.
const MOST_MONTHS: usize = 2400;

impl Storage {
    /// Published posts by month of their date in `zone`, latest month first, without empty months:
    /// (year, month, posts).
    ///
    /// Months are ranges of instants, so the zone decides and the index serves; no month is stored, which a
    /// change of the zone would make wrong.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.entry.archive", skip_all)]
    pub async fn archive(&self, zone: &Zone) -> Result<Vec<(i16, i8, u64)>, StorageError> {
        let posts = published().add(Expr::col(entry::Column::Kind).eq(EntryKind::Post.as_str()));
        let span: Option<(Option<i64>, Option<i64>)> = entry::Entity::find()
            .select_only()
            .column_as(Expr::col(entry::Column::PublishedAt).min(), "first")
            .column_as(Expr::col(entry::Column::PublishedAt).max(), "last")
            .filter(posts)
            .into_tuple()
            .one(self.reader())
            .await?;
        let Some((Some(first), Some(last))) = span else { return Ok(Vec::new()) };
        let months = months(instant("published_at", first)?, instant("published_at", last)?, zone);

        let month = Alias::new("month");
        let statement = Query::select()
            .column((month.clone(), Alias::new("column1")))
            .expr_as(Expr::col((entry::Entity, entry::Column::Id)).count(), Alias::new("posts"))
            .from_values(months, month.clone())
            .inner_join(
                entry::Entity,
                Expr::col((entry::Entity, entry::Column::PublishedAt))
                    .gte(Expr::col((month.clone(), Alias::new("column1"))))
                    .and(
                        Expr::col((entry::Entity, entry::Column::PublishedAt))
                            .lt(Expr::col((month.clone(), Alias::new("column2")))),
                    ),
            )
            .and_where(Expr::col((entry::Entity, entry::Column::Kind)).eq(EntryKind::Post.as_str()))
            .and_where(Expr::col((entry::Entity, entry::Column::Status)).eq(EntryStatus::Published.as_str()))
            .group_by_col((month.clone(), Alias::new("column1")))
            .order_by((month, Alias::new("column1")), Order::Desc)
            .take();
        let mut archive = Vec::new();
        for row in self.reader().query_all(&statement).await? {
            let begin: i64 = row.try_get("", "column1")?;
            let posts: i64 = row.try_get("", "posts")?;
            let date = instant("month", begin)?.local(zone).date();
            archive.push((date.year(), date.month(), posts.unsigned_abs()));
        }
        Ok(archive)
    }
}

/// The months from that of `first` to that of `last`, each as its first millisecond and the one past its last.
fn months(first: Instant, last: Instant, zone: &Zone) -> Vec<(i64, i64)> {
    let begin_of = |date: jiff::civil::Date| {
        Instant::from_local(date.first_of_month().at(0, 0, 0, 0), zone).unwrap_or(Instant::MIN).millis()
    };
    let mut months = Vec::new();
    let mut month = last.local(zone).date().first_of_month();
    loop {
        let past = month.checked_add(jiff::Span::new().months(1)).map_or(Instant::MAX.millis(), begin_of);
        let begin = begin_of(month);
        if begin <= first.millis() || months.len() + 1 == MOST_MONTHS {
            months.push((Ord::min(begin, first.millis()), past));
            return months;
        }
        months.push((begin, past));
        match month.checked_sub(jiff::Span::new().months(1)) {
            Ok(previous) => month = previous,
            Err(_) => return months,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_touch_and_cover() {
        let zone = Zone::parse("Europe/Berlin").unwrap();
        let first = Instant::parse_rfc3339("2023-11-30T23:30:00Z").unwrap();
        let last = Instant::parse_rfc3339("2024-02-29T23:30:00Z").unwrap();
        let months = months(first, last, &zone);
        assert_eq!(months.len(), 4, "December to March in Berlin");
        assert!(months.windows(2).all(|pair| pair[0].0 == pair[1].1));
        assert!(months.last().unwrap().0 <= first.millis() && last.millis() < months[0].1);
    }
}
