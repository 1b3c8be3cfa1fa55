//! Whole addresses in HTML that leaves its page: most feed readers resolve no others.

/// The attributes that have addresses, as the sanitiser writes them.
const ATTRIBUTES: [&str; 3] = ["href", "poster", "src"];

/// Makes the addresses of HTML whole that stands at `url`. The HTML is the sanitiser's: attributes in double quotes, no
/// bare `<` in texts.
#[must_use]
pub fn absolute(html: &str, url: &str) -> String {
    let mut out = String::with_capacity(html.len() + 64);
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        out.push_str(&rest[..start]);
        rest = tag(&rest[start..], url, &mut out);
    }
    out.push_str(rest);
    out
}

/// Writes a tag, and gives what stands behind it.
fn tag<'a>(html: &'a str, url: &str, out: &mut String) -> &'a str {
    let mut rest = html;
    while let Some(at) = rest.find(['"', '>']) {
        let (before, here) = rest.split_at(at);
        out.push_str(before);
        if let Some(behind) = here.strip_prefix('>') {
            out.push('>');
            return behind;
        }
        let value = &here[1..];
        let end = value.find('"').unwrap_or(value.len());
        let name = before.strip_suffix('=').and_then(|before| before.rsplit(' ').next());
        out.push('"');
        if name.is_some_and(|name| ATTRIBUTES.contains(&name)) {
            out.push_str(&whole(&value[..end], url));
        } else {
            out.push_str(&value[..end]);
        }
        out.push('"');
        rest = value.get(end + 1..).unwrap_or_default();
    }
    out.push_str(rest);
    ""
}

/// An address as seen from `url`, whole.
fn whole(address: &str, url: &str) -> String {
    let head = address.split(['/', '?', '#']).next().unwrap_or_default();
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let origin = url[after_scheme..].find('/').map_or(url, |at| &url[..after_scheme + at]);
    if head.contains(':') {
        address.to_owned()
    } else if address.starts_with("//") {
        format!("{}{address}", url.split("//").next().unwrap_or_default())
    } else if address.starts_with('/') {
        format!("{origin}{address}")
    } else if address.is_empty() || address.starts_with(['#', '?']) {
        format!("{url}{address}")
    } else {
        let folder = url.rfind('/').filter(|at| *at >= origin.len()).map_or(origin, |at| &url[..at]);
        format!("{folder}/{address}")
    }
}

#[cfg(test)]
mod tests {
    use super::absolute;

    #[test]
    fn addresses_are_whole_and_texts_stay() {
        let at = "https://blog.example/2024/05/hello";
        for (html, expected) in [
            (r#"<a href="/about">x</a>"#, r#"<a href="https://blog.example/about">x</a>"#),
            (r##"<a href="#fn-1">x</a>"##, r##"<a href="https://blog.example/2024/05/hello#fn-1">x</a>"##),
            (
                r#"<img alt="a &gt; b" src="a.png">"#,
                r#"<img alt="a &gt; b" src="https://blog.example/2024/05/a.png">"#,
            ),
            (r#"<img src="//cdn.example/a.png">"#, r#"<img src="https://cdn.example/a.png">"#),
            (r#"<a href="mailto:a@b.c">x</a>"#, r#"<a href="mailto:a@b.c">x</a>"#),
            (
                r#"<a href="https://a.b/c" title="href=&quot;/x">x</a>"#,
                r#"<a href="https://a.b/c" title="href=&quot;/x">x</a>"#,
            ),
            (r#"<code>a href="/x"</code>"#, r#"<code>a href="/x"</code>"#),
            (
                r#"<p title="a > b"><a href="/x">y</a>"#,
                r#"<p title="a > b"><a href="https://blog.example/x">y</a>"#,
            ),
            ("no tag", "no tag"),
            ("<broken", "<broken"),
            (r#"<a href="/unended"#, r#"<a href="https://blog.example/unended""#),
        ] {
            assert_eq!(absolute(html, at), expected);
        }
        assert_eq!(absolute(r#"<a href="x">"#, "https://a.b"), r#"<a href="https://a.b/x">"#);
    }
}
