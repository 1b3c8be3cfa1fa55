//! Nothing that somebody wrote runs.

use inkstand_model::{Role, Scope};
use inkstand_tests::{Database, TestBlog};
use serde_json::{Value, json};

use super::page;
use crate::{browser::session::Session, cache::done};

/// Texts that have run somewhere. Each would note itself in `window.ran`, or has a browser ask for something.
const VECTORS: &[&str] = &[
    "<script>window.ran=1</script>",
    "</script><script>window.ran=2</script>",
    "</title><script>window.ran=3</script>",
    "</textarea><script>window.ran=4</script>",
    "</style><script>window.ran=5</script>",
    "--><script>window.ran=6</script>",
    "]]><script>window.ran=7</script>",
    "\"><script>window.ran=8</script>",
    "'><script>window.ran=9</script>",
    "\" autofocus onfocus=\"window.ran=10",
    "' autofocus onfocus='window.ran=11",
    "<img src=x onerror=window.ran=12>",
    "<svg onload=window.ran=13>",
    "<svg><script>window.ran=14</script></svg>",
    "<svg><animate onbegin=window.ran=15 attributeName=x dur=1s>",
    "<iframe srcdoc=\"<script>parent.ran=16</script>\">",
    "<iframe src=\"javascript:parent.ran=17\">",
    "<details open ontoggle=window.ran=18>",
    "<video><source onerror=window.ran=19></video>",
    "<body onload=window.ran=20>",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.ran=21>",
    "<form><button formaction=javascript:window.ran=22 autofocus>",
    "<object data=\"javascript:window.ran=23\">",
    "<embed src=\"javascript:window.ran=24\">",
    "<base href=\"https://evil.example/\">",
    "<meta http-equiv=refresh content=\"0;url=javascript:window.ran=26\">",
    "<link rel=stylesheet href=\"https://evil.example/x.css\">",
    "<noscript><p title=\"</noscript><img src=x onerror=window.ran=28>\">",
    "{{constructor.constructor('window.ran=29')()}}",
    "${window.ran=30}",
    "<!--<img src=\"--><img src=x onerror=window.ran=31>\">",
    "\u{2028}<script>window.ran=32</script>\u{2029}",
    "&lt;script&gt;window.ran=33&lt;/script&gt;",
    "&#60;script&#62;window.ran=34&#60;/script&#62;",
    "<a href=\"javascript:window.ran=35\" id=find>x</a>",
    "[x](javascript:window.ran=36)",
    "![x](javascript:window.ran=37)",
    "<javascript:window.ran=38>",
    "[x](data:text/html,<script>parent.ran=39</script>)",
    "[x](JaVaScRiPt:window.ran=40)",
    "[x](java&#9;script:window.ran=41)",
    "```html\n<script>window.ran=42</script>\n```",
    "`<img src=x onerror=window.ran=43>`",
    "| a |\n|---|\n| <img src=x onerror=window.ran=44> |",
    "[^1]\n\n[^1]: <script>window.ran=45</script>",
    "# <img src=x onerror=window.ran=46>",
    "<p style=\"background:url(javascript:window.ran=47)\" onmouseover=window.ran=47>x</p>",
    "<input autofocus onfocus=window.ran=48>",
    "<marquee onstart=window.ran=49>x</marquee>",
    "<template><script>window.ran=50</script></template>",
    "<xmp><script>window.ran=51</script></xmp>",
    "<plaintext><script>window.ran=52</script>",
];

/// A link that does something is one with such an address; nothing has a handler; nothing is loaded from elsewhere.
const WHAT_COULD_RUN: &str = "
    const found = [];
    if (window.ran !== undefined) found.push('ran ' + window.ran);
    for (const element of document.querySelectorAll('*')) {
        for (const { name, value } of element.attributes) {
            if (name.startsWith('on')) found.push(name + '=' + value);
            if (['href', 'src', 'action', 'formaction', 'data'].includes(name)) {
                const scheme = new URL(value, location.href).protocol;
                if (!['http:', 'https:', 'mailto:'].includes(scheme)) found.push(name + '=' + value);
            }
        }
    }
    for (const script of document.scripts) {
        if (script.type !== 'application/ld+json' && !script.src.startsWith(location.origin + '/static/')) {
            found.push(script.outerHTML);
        }
        if (script.type === 'application/ld+json') JSON.parse(script.textContent);
    }
    for (const bad of document.querySelectorAll('iframe, object, embed, base, meta[http-equiv], main style')) {
        found.push(bad.outerHTML);
    }
    return found";

#[tokio::test]
async fn nothing_that_somebody_wrote_runs() {
    let blog = TestBlog::start(Database::Sqlite).await;
    let owner = blog.member("olga", Role::Owner, Scope::Admin).await;
    let one_line: Vec<String> =
        VECTORS.iter().map(|vector| vector.replace(['\n', '\u{2028}', '\u{2029}'], " ")).collect();
    let mut paths = vec!["/".to_owned(), "/tags".to_owned(), "/feeds".to_owned(), "/authors".to_owned()];
    for (n, vector) in one_line.iter().enumerate() {
        let fields = json!({
            "handle": format!("author-{n}"), "name": vector, "bio": vector,
        });
        let author = done(&owner, "createAuthor", "author { id slug }", fields).await["author"].clone();
        let category = json!({ "name": format!("{n} {vector}"), "description": vector });
        let category =
            done(&owner, "createCategory", "category { id slug }", category).await["category"].clone();
        let series = json!({ "name": format!("{n} {vector}"), "description": vector });
        let series = done(&owner, "createSeries", "series { id slug }", series).await["series"].clone();
        let body = VECTORS[n];
        let new = json!({
            "title": vector, "markdown": format!("{body}\n\n{body}\n"), "excerpt": body, "publish": true,
            "authors": [author["id"]], "categories": [category["id"]], "tags": [format!("{n} {vector}")],
            "cover": { "src": format!("/{vector}"), "alt": vector, "caption": vector },
            "seo": { "description": vector },
            "series": { "id": series["id"] },
        });
        let made = owner.query_with(
            "mutation($input: CreatePostInput!) { createPost(input: $input) { post { path } userErrors { field message } } }",
            json!({ "input": new }),
        ).await["createPost"].clone();
        assert_eq!(made["userErrors"], json!([]), "{vector}");
        let path = made["post"]["path"].as_str().unwrap().to_owned();
        paths.push(path);
        paths.push(format!("/author/{}", author["slug"].as_str().unwrap()));
        paths.push(format!("/category/{}", category["slug"].as_str().unwrap()));
        paths.push(format!("/series/{}", series["slug"].as_str().unwrap()));
    }
    let site = json!({ "title": "</title><script>window.ran=100</script>", "tagline": "<img src=x onerror=window.ran=101>" });
    done(&owner, "updateSite", "site { title }", site).await;
    blog.wait_for_search().await;
    let mut found = Vec::new();
    let browser = Session::start().await;
    let client = &browser.client;
    let searched = VECTORS.iter().map(|vector| {
        let address =
            reqwest::Url::parse_with_params(&blog.url("/search"), [("q", *vector), ("tag", *vector)]);
        address.unwrap().to_string()
    });
    let nothing = one_line.iter().map(|vector| {
        let mut address = reqwest::Url::parse(&blog.url("/")).unwrap();
        address.set_path(&format!("/nothing/{vector}"));
        address.to_string()
    });
    for address in paths.iter().map(|path| blog.url(path)).chain(searched).chain(nothing) {
        client.goto(&address).await.unwrap();
        let could: Value = client.execute(WHAT_COULD_RUN, vec![]).await.unwrap();
        if could != json!([]) {
            found.push(format!("{address}: {could}"));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    // The policy would have told of whatever it kept from running.
    let errors = browser.console_errors().await;
    let refused: Vec<_> = errors.iter().filter(|error| error.contains("Content Security Policy")).collect();
    assert!(refused.is_empty(), "{refused:#?}");
}

/// Where an address is asked for, only addresses of the web are links, wherever they came from.
#[tokio::test]
async fn an_address_that_runs_something_is_no_link() {
    let blog = TestBlog::start(Database::Sqlite).await;
    let post = "---\ntitle: One\ndate: 2024-05-01\ncover: 'javascript:window.ran=1'\nauthors:\n  - handle: eve\n    name: Eve\n    \
                url: 'javascript:window.ran=2'\n    avatar: 'data:text/html,<script>window.ran=3</script>'\n---\nInk.\n";
    blog.import(&[("2024-05-01-one.md", post)]).await;
    for path in ["/", "/2024/05/one", "/author/eve", "/atom.xml", "/feed.json"] {
        let page = page(&blog.client(), path).await;
        assert!(!page.contains("javascript:") && !page.contains("data:text"), "{path}: {page}");
    }
}
