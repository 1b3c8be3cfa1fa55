//! What must never be in safe HTML, as a tokenizer sees it that is not ours.

use std::cell::RefCell;

use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// Elements that run, embed, submit, restyle the page or switch the parser's mode.
const FORBIDDEN: &[&str] = &[
    "animate",
    "applet",
    "base",
    "body",
    "button",
    "canvas",
    "dialog",
    "embed",
    "fencedframe",
    "form",
    "frame",
    "frameset",
    "head",
    "html",
    "iframe",
    "isindex",
    "keygen",
    "link",
    "listing",
    "marquee",
    "math",
    "menu",
    "meta",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "option",
    "param",
    "plaintext",
    "portal",
    "script",
    "select",
    "set",
    "slot",
    "style",
    "svg",
    "template",
    "textarea",
    "title",
    "xmp",
];

const FORBIDDEN_ATTRIBUTES: &[&str] = &[
    "action",
    "autofocus",
    "autoplay",
    "background",
    "contenteditable",
    "data",
    "form",
    "formaction",
    "is",
    "manifest",
    "name",
    "ping",
    "slot",
    "srcdoc",
    "srcset",
    "style",
    "tabindex",
    "usemap",
    "xlink:href",
    "xmlns",
];

/// Says what is wrong with HTML that should be safe.
pub(crate) fn faults(html: &str) -> Vec<String> {
    let tokenizer = Tokenizer::new(Judge::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(html.into());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let mut faults = tokenizer.sink.faults.into_inner();
    let open = tokenizer.sink.open.into_inner();
    if !open.is_empty() {
        faults.push(format!("left open: {open:?}"));
    }
    if html.to_ascii_lowercase().contains("<script") {
        faults.push("the text <script".to_owned());
    }
    faults
}

#[derive(Default)]
struct Judge {
    faults: RefCell<Vec<String>>,
    open: RefCell<Vec<String>>,
}

impl Judge {
    fn fault(&self, fault: String) {
        self.faults.borrow_mut().push(fault);
    }

    fn start(&self, tag: &Tag) {
        let name = &*tag.name;
        if FORBIDDEN.contains(&name) {
            self.fault(format!("<{name}>"));
        }
        let value =
            |wanted: &str| tag.attrs.iter().find(|a| &*a.name.local == wanted).map(|a| a.value.to_string());
        if name == "input" && (value("type").as_deref() != Some("checkbox") || value("disabled").is_none()) {
            self.fault("an input that is no disabled box".to_owned());
        }
        if value("target").is_some() && !value("rel").unwrap_or_default().contains("noopener") {
            self.fault("a target without noopener".to_owned());
        }
        for attribute in &tag.attrs {
            let (key, value) = (&*attribute.name.local, &*attribute.value);
            if key.starts_with("on") || FORBIDDEN_ATTRIBUTES.contains(&key) {
                self.fault(format!("<{name} {key}>"));
            }
            let address: String = value
                .chars()
                .filter(|c| !c.is_whitespace() && !c.is_control())
                .collect::<String>()
                .to_lowercase();
            for scheme in ["javascript:", "vbscript:", "data:", "livescript:", "mocha:", "file:", "blob:"] {
                if matches!(key, "href" | "src" | "poster") && address.starts_with(scheme) {
                    self.fault(format!("{key}={value}"));
                }
            }
        }
        if !matches!(name, "br" | "col" | "hr" | "img" | "input" | "source" | "track" | "wbr") {
            self.open.borrow_mut().push(name.to_owned());
        }
    }
}

impl TokenSink for Judge {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => self.start(&tag),
            Token::TagToken(tag) => {
                let open = self.open.borrow_mut().pop();
                if open.as_deref() != Some(&*tag.name) {
                    self.fault(format!("</{}> closes {open:?}", tag.name));
                }
            }
            Token::CommentToken(_) | Token::DoctypeToken(_) => self.fault(format!("{token:?}")),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}
