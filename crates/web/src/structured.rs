//! What programs read of a page: schema.org's words as JSON-LD.
//!
//! It stands in a `script` element whose type no browser runs, so a content security policy does not bind it; what could
//! end the element is written as an escape of JSON.

use serde_json::{Value, json};

use crate::EntryPage;

/// A post as a `BlogPosting`, a page as a `WebPage`.
pub(crate) fn of_entry(page: &EntryPage) -> String {
    let frame = &page.frame;
    let url = page.permalink.as_str();
    let mut said = json!({
        "@context": "https://schema.org",
        "@type": if page.is_post { "BlogPosting" } else { "WebPage" },
        "@id": url,
        "url": url,
        "mainEntityOfPage": url,
        "headline": page.title,
        "inLanguage": page.language.as_deref().unwrap_or(&frame.language),
        "isPartOf": { "@type": "Blog", "name": frame.site_title },
    });
    let mut also = |name: &str, value: Option<Value>| {
        if let (Some(value), Some(said)) = (value, said.as_object_mut()) {
            said.insert(name.to_owned(), value);
        }
    };
    also("description", (!frame.description.is_empty()).then(|| json!(frame.description)));
    also("datePublished", frame.card.published.as_ref().map(|date| json!(date)));
    also("dateModified", frame.card.modified.as_ref().map(|date| json!(date)));
    also("image", page.cover.as_ref().map(|cover| json!(cover.url.as_str())));
    also("wordCount", page.is_post.then(|| json!(page.word_count)));
    let authors = page
        .authors
        .iter()
        .map(|author| json!({ "@type": "Person", "name": author.name, "url": author.url.as_str() }));
    also("author", (!page.authors.is_empty()).then(|| authors.collect()));
    let keywords: Vec<&str> = page.tags.iter().map(|tag| tag.text.as_str()).collect();
    also("keywords", (!keywords.is_empty()).then(|| json!(keywords)));
    escaped(&said)
}

/// JSON without a character that HTML could take for its own.
fn escaped(value: &Value) -> String {
    let mut text = String::new();
    for c in value.to_string().chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => text.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_the_element() {
        let value = json!({ "a": "</script><script>alert(1)</script>&\u{2028}<!--" });
        let text = escaped(&value);
        assert!(!text.contains(['<', '>', '&', '\u{2028}']), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
