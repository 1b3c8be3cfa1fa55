//! Dates in the many ways in which front matter, file names and addresses write them.

use inkstand_model::{ImportDate, Instant, Zone};
use jiff::civil::{Date, DateTime, Time, date};

use crate::value::Value;

/// A date that could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dated {
    pub(crate) date: ImportDate,
    /// What was written, whatever its zone: addresses are made of that.
    pub(crate) wall: DateTime,
    /// It was a bare number, and what it means is a guess.
    pub(crate) guessed: bool,
}

impl Dated {
    /// Reads a date; a day without a time is its midnight.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Text(text) => of_text(text.trim()),
            Value::Number(number) => of_number(number.parse().ok()?),
            _ => None,
        }
    }

    /// The day in `2014/03/12/title` or `/2014-03-12-title/`.
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let by_folders = parts.windows(3).find_map(|parts| {
            let [year, month, day] = parts else { return None };
            (year.len() == 4 && month.len() <= 2 && day.len() <= 2).then(|| day_of(year, month, day))?
        });
        by_folders.or_else(|| parts.iter().rev().find_map(|part| split_day(part)?.0)).map(Self::of_day)
    }

    pub(crate) fn of_day(day: Date) -> Self {
        let wall = day.to_datetime(Time::midnight());
        Self { date: ImportDate::Local(wall), wall, guessed: false }
    }
}

/// Takes a day off the front of a name: `2014-3-5-title` is 2014-03-05 and `title`. `None` where none is there, and
/// no day where it is none of the calendar.
pub(crate) fn split_day(name: &str) -> Option<(Option<Date>, &str)> {
    let (year, rest) = digits(name, 4, 4)?;
    let rest = rest.strip_prefix(['-', '_', '.'])?;
    let (month, rest) = digits(rest, 1, 2)?;
    let rest = rest.strip_prefix(['-', '_', '.'])?;
    let (day, rest) = digits(rest, 1, 2)?;
    let title = if rest.is_empty() { rest } else { rest.strip_prefix(['-', '_', ' ', '.'])? };
    Some((day_of(year, month, day), title))
}

fn of_text(text: &str) -> Option<Dated> {
    let (day, rest) = day_by_numbers(text).or_else(|| day_by_words(text))?;
    let rest = rest.trim_start_matches([',', ' ', '\t']);
    let rest = rest.strip_prefix(['T', 't']).unwrap_or(rest);
    if rest.is_empty() {
        return Some(Dated::of_day(day));
    }
    let (time, rest) = time_of_day(rest)?;
    let wall = day.to_datetime(time);
    let date = match rest.trim() {
        "" => ImportDate::Local(wall),
        zone => ImportDate::Exact(in_zone(wall, zone)?),
    };
    Some(Dated { date, wall, guessed: false })
}

/// `2014-03-12`, `2014/3/5`, `2014.03.12`.
fn day_by_numbers(text: &str) -> Option<(Date, &str)> {
    let (year, rest) = digits(text, 4, 4)?;
    let mark = rest.chars().next().filter(|c| matches!(c, '-' | '/' | '.'))?;
    let (month, rest) = digits(&rest[1..], 1, 2)?;
    let (day, rest) = digits(rest.strip_prefix(mark)?, 1, 2)?;
    let ends = rest.is_empty() || rest.starts_with(['T', 't', ' ', '\t', ',']);
    ends.then_some((day_of(year, month, day)?, rest))
}

/// `Wed, 12 Mar 2014 …`, `March 12, 2014 …`.
fn day_by_words(text: &str) -> Option<(Date, &str)> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let begins = |names: &[&str], word: &str| -> Option<usize> {
        let word = word.trim_end_matches('.').to_ascii_lowercase();
        (word.len() >= 3).then(|| names.iter().position(|name| name.starts_with(&word)))?
    };
    let (mut word, mut rest) = next_word(text)?;
    if begins(&DAYS, word).is_some() {
        (word, rest) = next_word(rest)?;
    }
    let (second, after) = next_word(rest)?;
    let (day, month) = match begins(&MONTHS, word) {
        Some(month) => (second, month),
        None => (word, begins(&MONTHS, second)?),
    };
    let day = day.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let (year, rest) = next_word(after)?;
    let month = (month + 1).to_string();
    (year.len() == 4).then_some((day_of(year, &month, day)?, rest))
}

fn next_word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start_matches([' ', ',']);
    let end = text.find([' ', ',']).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// `10:00`, `9:05:07.25`, `3:30 pm`, and what follows.
fn time_of_day(text: &str) -> Option<(Time, &str)> {
    let (hour, rest) = digits(text, 1, 2)?;
    let (minute, mut rest) = digits(rest.strip_prefix(':')?, 2, 2)?;
    let (mut second, mut nanosecond) = ("0", 0);
    if let Some(after) = rest.strip_prefix(':') {
        (second, rest) = digits(after, 2, 2)?;
        if let Some(after) = rest.strip_prefix(['.', ',']) {
            let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
            let fraction: String = after[..end].chars().chain("000000000".chars()).take(9).collect();
            nanosecond = fraction.parse().ok()?;
            rest = &after[end..];
        }
    }
    let mut hour: i8 = hour.parse().ok()?;
    let half = rest.trim_start().get(..2).unwrap_or_default().to_ascii_lowercase();
    if half == "am" || half == "pm" {
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour % 12 + if half == "pm" { 12 } else { 0 };
        rest = &rest.trim_start()[2..];
    }
    // A leap second has no place in a count of milliseconds; it becomes the second before.
    let second = second.parse::<i8>().ok()?;
    let second = if second == 60 { 59 } else { second };
    Some((Time::new(hour, minute.parse().ok()?, second, nanosecond).ok()?, rest))
}

/// The instant of a wall clock in `Z`, `UTC`, `+02:00`, `+0200`, `-05`, `EST`, `Europe/Berlin`, or in the offset of
/// `-0500 EST` and `+02:00[Europe/Berlin]`.
fn in_zone(wall: DateTime, zone: &str) -> Option<Instant> {
    let name = zone.trim_matches(['[', ']', '(', ')']);
    // RFC 2822 §4.3 fixes the American abbreviations; others mean several zones.
    let hours = match name.to_ascii_uppercase().as_str() {
        "Z" | "UTC" | "GMT" | "UT" => Some(0),
        "EDT" => Some(-4),
        "EST" | "CDT" => Some(-5),
        "CST" | "MDT" => Some(-6),
        "MST" | "PDT" => Some(-7),
        "PST" => Some(-8),
        _ => None,
    };
    let minutes = match hours {
        Some(hours) => hours * 60,
        None if zone.starts_with(['+', '-']) => offset_minutes(zone)?,
        None if name.contains('/') => return Instant::from_local(wall, &Zone::parse(name).ok()?).ok(),
        None => return None,
    };
    let utc = Instant::from_local(wall, &Zone::utc()).ok()?;
    Instant::from_millis(utc.millis() - i64::from(minutes) * 60_000).ok()
}

fn offset_minutes(zone: &str) -> Option<i32> {
    let (hours, rest) = digits(&zone[1..], 1, 2)?;
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    let (minutes, rest) = digits(rest, 2, 2).unwrap_or(("0", rest));
    // Go and jiff write the name behind the offset; the offset is what counts.
    if !(rest.is_empty() || rest.starts_with([' ', '['])) {
        return None;
    }
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    (hours <= 18 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

/// Seconds or milliseconds since 1970, or `20140312`; anything that isn't plausible as one of them is no date.
fn of_number(number: i64) -> Option<Dated> {
    let millis = match number {
        19_000_101..=21_001_231 => {
            let text = number.to_string();
            let day = day_of(&text[..4], &text[4..6], &text[6..])?;
            return Some(Dated { guessed: true, ..Dated::of_day(day) });
        }
        100_000_000..=4_102_444_800 => number * 1_000,
        100_000_000_000..=4_102_444_800_000 => number,
        _ => return None,
    };
    let instant = Instant::from_millis(millis).ok()?;
    Some(Dated { date: ImportDate::Exact(instant), wall: instant.local(&Zone::utc()), guessed: true })
}

fn day_of(year: &str, month: &str, day: &str) -> Option<Date> {
    let (year, month, day): (i16, i8, i8) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    (year > 0 && Date::new(year, month, day).is_ok()).then(|| date(year, month, day))
}

fn digits(text: &str, least: usize, most: usize) -> Option<(&str, &str)> {
    let length = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    (length >= least).then(|| text.split_at(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(dated: Dated) -> String {
        match dated.date {
            ImportDate::Exact(instant) => instant.to_rfc3339(),
            ImportDate::Local(local) => local.to_string(),
        }
    }

    #[test]
    fn dates_are_read_in_many_spellings() {
        for (text, expected) in [
            ("2014-03-12", "2014-03-12T00:00:00"),
            ("2014-3-5", "2014-03-05T00:00:00"),
            ("2014/03/12", "2014-03-12T00:00:00"),
            ("2014-03-12 10:00:00", "2014-03-12T10:00:00"),
            ("2014-03-12 9:00", "2014-03-12T09:00:00"),
            ("2014-03-12T10:00", "2014-03-12T10:00:00"),
            ("2014-03-12T10:00:00Z", "2014-03-12T10:00:00Z"),
            ("2014-03-12T10:00:00.25+02:00", "2014-03-12T08:00:00.25Z"),
            ("2014-03-12 10:00:00 +0200", "2014-03-12T08:00:00Z"),
            ("2014-03-12 10:00:00 +02:00", "2014-03-12T08:00:00Z"),
            ("2014-03-12 10:00:00 -0500", "2014-03-12T15:00:00Z"),
            ("2014-03-12 10:00:00 -05", "2014-03-12T15:00:00Z"),
            ("2014-03-12 10:00:00 -5", "2014-03-12T15:00:00Z"),
            ("2014-03-12 10:00:00 UTC", "2014-03-12T10:00:00Z"),
            ("2014-03-12 10:00:00 -0500 EST", "2014-03-12T15:00:00Z"),
            ("2014-03-12 10:00:00 EST", "2014-03-12T15:00:00Z"),
            ("2014-07-12 10:00 Europe/Berlin", "2014-07-12T08:00:00Z"),
            ("2014-07-12T10:00:00+02:00[Europe/Berlin]", "2014-07-12T08:00:00Z"),
            ("March 12, 2014", "2014-03-12T00:00:00"),
            ("Wed, 12 Mar 2014 10:00:00 +0000", "2014-03-12T10:00:00Z"),
            ("12th Sept. 2014, 3:30 pm", "2014-09-12T15:30:00"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
        ] {
            assert_eq!(Dated::of(&Value::text(text)).map(show).as_deref(), Some(expected), "{text}");
        }
        for (number, expected) in [
            ("1394618400", "2014-03-12T10:00:00Z"),
            ("1394618400000", "2014-03-12T10:00:00Z"),
            ("20140312", "2014-03-12T00:00:00"),
        ] {
            let dated = Dated::of(&Value::Number(number.to_owned()));
            assert_eq!(dated.map(show).as_deref(), Some(expected), "{number}");
            assert!(dated.is_some_and(|dated| dated.guessed));
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "soon",
            "2014",
            "2014-13-45",
            "2014-02-30",
            "0000-01-01",
            "2014-03-12 25:00",
            "2014-03-12 10",
            "2014-03-12 10:00 XYZ",
            "2014-03-12 10:00 Mars/Olympus",
            "2014-03-12 10:00 +99:00",
            "07:32:00",
            "2014-03-12x",
            "13:00 pm",
            "Mär 12, 2014",
            "2014-03-12T10:00:00ü",
            "2014-03-12 1:00 ü",
        ] {
            assert_eq!(Dated::of(&Value::text(text)), None, "{text}");
        }
        for number in ["2014", "-1", "20149999", "99999999999999", "1.5"] {
            assert_eq!(Dated::of(&Value::Number(number.to_owned())), None, "{number}");
        }
    }

    #[test]
    fn a_day_is_found_in_a_path() {
        for (path, expected) in [
            ("2014/03/12/title", Some("2014-03-12T00:00:00")),
            ("/blog/2014/3/5/title/", Some("2014-03-05T00:00:00")),
            ("posts/2014-03-12-title/index.md", Some("2014-03-12T00:00:00")),
            ("/2014/03/title", None),
            ("/2014/99/12/title", None),
        ] {
            assert_eq!(Dated::of_path(path).map(show).as_deref(), expected, "{path}");
        }
    }
}
