//! Addresses: the slug, an address of its own, and the old ones.

use inkstand_model::Path;
use jiff::civil::DateTime;

use crate::fields::{Fields, Reach, Reading};
use crate::value::Value;

/// What a pattern of Jekyll's or Hugo's (`/:year/:title/`) is filled with.
pub(crate) struct Filling<'a> {
    pub(crate) date: Option<DateTime>,
    pub(crate) slug: Option<&'a str>,
    pub(crate) categories: &'a [String],
}

/// Takes the address as written, which may still be a pattern.
pub(crate) fn take_permalink(fields: &mut Fields) -> Option<String> {
    fields.take(Reach::Top, &["permalink", "url", "path"], |value| match value {
        // In link blogs, `url` is where the link leads.
        Value::Text(text) if text.contains("://") => Reading::Unlike("an address on this site"),
        Value::Text(text) => Reading::All(text.trim().to_owned()),
        _ => Reading::Unlike("an address"),
    })
}

/// Fills a pattern, and checks that an address came of it.
pub(crate) fn permalink(written: &str, filling: &Filling<'_>) -> Result<String, String> {
    let pattern = match written {
        "date" => "/:categories/:year/:month/:day/:title.html",
        "pretty" => "/:categories/:year/:month/:day/:title/",
        "ordinal" => "/:categories/:year/:y_day/:title.html",
        "weekdate" => "/:categories/:year/W:week/:short_day/:title.html",
        "none" => "/:categories/:title.html",
        pattern => pattern,
    };
    let mut filled = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(':') {
        filled.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.find(|c: char| !(c.is_ascii_lowercase() || c == '_')).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if name.is_empty() {
            filled.push(':');
        } else {
            let value =
                filling.value(name).ok_or_else(|| format!("nothing is known to put for `:{name}`"))?;
            filled.push_str(&value);
        }
        rest = after;
    }
    filled.push_str(rest);
    while filled.contains("//") {
        filled = filled.replace("//", "/");
    }
    Path::parse_permalink(&filled).map_err(|error| error.to_string())?;
    Ok(filled)
}

impl Filling<'_> {
    fn value(&self, name: &str) -> Option<String> {
        if let "title" | "slug" | "name" | "basename" | "filename" | "slugorfilename" = name {
            return self.slug.map(ToOwned::to_owned);
        }
        if let "categories" | "slugified_categories" = name {
            return Some(self.categories.join("/").to_lowercase().replace(' ', "-"));
        }
        if name == "output_ext" {
            return Some(".html".to_owned());
        }
        let date = self.date?;
        Some(match name {
            "year" => format!("{:04}", date.year()),
            "short_year" => format!("{:02}", date.year() % 100),
            "month" => format!("{:02}", date.month()),
            "i_month" => date.month().to_string(),
            "short_month" => date.strftime("%b").to_string(),
            "long_month" | "monthname" => date.strftime("%B").to_string(),
            "day" => format!("{:02}", date.day()),
            "i_day" => date.day().to_string(),
            "y_day" | "yearday" => format!("{:03}", date.day_of_year()),
            "week" => date.strftime("%V").to_string(),
            "short_day" => date.strftime("%a").to_string(),
            "hour" => format!("{:02}", date.hour()),
            "minute" => format!("{:02}", date.minute()),
            "second" => format!("{:02}", date.second()),
            _ => return None,
        })
    }
}

/// Takes the old addresses; those that are none stay, with a warning.
pub(crate) fn take_aliases(fields: &mut Fields) -> Vec<String> {
    let mut aliases: Vec<String> = Vec::new();
    for names in [["aliases", "alias"], ["redirect_from", "redirects"]] {
        let found = fields.take(Reach::Top, &names, |value| {
            let items = match value {
                Value::List(items) => items.as_slice(),
                one => std::slice::from_ref(one),
            };
            let is_address = |item: &&Value| item.words().is_some_and(|text| Path::parse(&text).is_ok());
            let (good, bad): (Vec<&Value>, Vec<&Value>) = items.iter().partition(is_address);
            let bad: Vec<Value> = bad.into_iter().filter(|item| !item.is_empty()).cloned().collect();
            let good: Vec<String> = good.into_iter().filter_map(Value::words).collect();
            match (good.is_empty(), bad.is_empty()) {
                (_, true) => Reading::All(good),
                (true, false) => Reading::Unlike("an address or a list of addresses"),
                (false, false) => Reading::Part(good, Value::List(bad)),
            }
        });
        aliases.extend(found.unwrap_or_default());
    }
    let mut seen = std::collections::HashSet::new();
    aliases.retain(|alias| seen.insert(alias.clone()));
    aliases
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_filled() {
        let categories = ["Rust".to_owned(), "Data Bases".to_owned()];
        let date = jiff::civil::date(2014, 3, 5).at(9, 0, 0, 0);
        let filling = Filling { date: Some(date), slug: Some("title"), categories: &categories };
        for (written, expected) in [
            ("/about/", "/about/"),
            ("/:year/:month/:day/:title/", "/2014/03/05/title/"),
            ("/:year/:i_month/:i_day/:title.html", "/2014/3/5/title.html"),
            ("date", "/rust/data-bases/2014/03/05/title.html"),
            ("pretty", "/rust/data-bases/2014/03/05/title/"),
            ("ordinal", "/rust/data-bases/2014/064/title.html"),
            ("none", "/rust/data-bases/title.html"),
            ("/blog/:title:output_ext", "/blog/title.html"),
            ("2014/03/05/title", "2014/03/05/title"),
        ] {
            assert_eq!(permalink(written, &filling).as_deref(), Ok(expected), "{written}");
        }
        for unresolvable in ["/:collection/:title", "/graphql/x", "/", "/../x"] {
            assert!(permalink(unresolvable, &filling).is_err(), "{unresolvable}");
        }
        let bare = Filling { date: None, slug: Some("title"), categories: &[] };
        assert_eq!(permalink("none", &bare).as_deref(), Ok("/title.html"));
        assert!(permalink("pretty", &bare).is_err());
    }
}
