//! Weighing HTML before it is parsed in earnest.
//!
//! The HTML parsing algorithm is quadratic in nesting and worse: every start tag may walk the whole stack of open
//! elements (100 000 `<div>`: five thousand million steps), every `<p>` reopens all the `<b>` left open before it,
//! each of those is compared with all others, an attribute with all earlier ones of its tag, and what stands
//! astray in a table is put before it by a search among the table's siblings. No cap on what a scan would take for
//! nesting can be right, because misnested tags nest otherwise than they look. So the very parser that the
//! sanitiser uses runs beforehand over a tree that is not built, counts its own steps, and stops when they are too
//! many.
//!
//! Short texts cannot reach the limit and are not weighed; hardly any real entry is.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use html5ever::buffer_queue::BufferQueue;
use html5ever::interface::{ElemName, ElementFlags, NodeOrText, QuirksMode, TokenizerResult, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{Attribute, LocalName, Namespace, QualName, local_name, ns};

/// Below both of these the worst case is some ten milliseconds.
const LIGHT_BYTES: usize = 16 << 10;
const LIGHT_TAGS: usize = 1_000;

/// Steps that any text may take, and those that each byte of it adds.
const STEPS: usize = 3_000_000;
const STEPS_PER_BYTE: usize = 15;

/// What making an element costs beside a step up the stack.
const STEPS_PER_ELEMENT: usize = 20;

/// Bytes between two looks at the scale.
const PORTION: usize = 4 << 10;

/// Gaps between words in one unfinished tag that hint at too many attributes.
const MAX_GAPS: usize = 16_000;

/// Whether the parser can bear this HTML.
pub(crate) fn is_bearable(html: &str) -> bool {
    if html.len() < LIGHT_BYTES && html.bytes().filter(|&b| b == b'<').count() < LIGHT_TAGS {
        return true;
    }
    let limit = STEPS + STEPS_PER_BYTE * html.len();
    let steps = Steps::default();
    let tokenizer = Tokenizer::new(Gate::new(steps.clone()), TokenizerOpts::default());
    let input = BufferQueue::default();
    let mut rest = html;
    let mut gaps = 0;
    while !rest.is_empty() {
        let (portion, tail) = rest.split_at(rest.floor_char_boundary(PORTION));
        let before = steps.get();
        input.push_back(StrTendril::from(portion));
        while let TokenizerResult::Script(_) = tokenizer.feed(&input) {}
        // No step means that a tag or comment is still going on, its attributes yet unseen.
        if steps.get() > before {
            gaps = 0;
        }
        gaps += portion.bytes().filter(|byte| is_gap(*byte)).count();
        if steps.get() > limit || gaps > MAX_GAPS {
            return false;
        }
        rest = tail;
    }
    true
}

fn is_gap(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == b'/'
}

#[derive(Clone, Default)]
struct Steps(Rc<Cell<usize>>);

impl Steps {
    fn get(&self) -> usize {
        self.0.get()
    }

    fn count(&self, steps: usize) {
        self.0.set(self.0.get() + steps);
    }
}

/// Stands between tokenizer and tree builder and counts what the builder does without asking its tree.
struct Gate {
    builder: TreeBuilder<Handle, Scale>,
    steps: Steps,
    /// Formatting elements begun and not ended, by name: each new one is compared with those of its name.
    formatting: RefCell<HashMap<LocalName, usize>>,
}

impl Gate {
    fn new(steps: Steps) -> Self {
        let scale = Scale { steps: steps.clone(), nodes: Cell::new(0) };
        let context: Handle = Rc::new(QualName::new(None, ns!(html), local_name!("div")));
        let builder = TreeBuilder::new_for_fragment(scale, context, None, TreeBuilderOpts::default());
        Self { builder, steps, formatting: RefCell::default() }
    }

    fn weigh(&self, token: &Token) {
        self.steps.count(1);
        let Token::TagToken(tag) = token else { return };
        let attributes = tag.attrs.len();
        let mut formatting = self.formatting.borrow_mut();
        let open = match formatting.get_mut(&tag.name) {
            Some(open) => open,
            None if is_formatting(&tag.name) => formatting.entry(tag.name.clone()).or_default(),
            None => return self.steps.count(attributes * attributes / 8),
        };
        match tag.kind {
            TagKind::StartTag => {
                self.steps.count(attributes * attributes / 8 + *open * (2 + attributes));
                *open += 1;
            }
            TagKind::EndTag => *open = open.saturating_sub(1),
        }
    }
}

impl TokenSink for Gate {
    type Handle = Handle;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<Handle> {
        self.weigh(&token);
        self.builder.process_token(token, line)
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

fn is_formatting(name: &str) -> bool {
    matches!(
        name,
        "a" | "b"
            | "big"
            | "code"
            | "em"
            | "font"
            | "i"
            | "nobr"
            | "s"
            | "small"
            | "strike"
            | "strong"
            | "tt"
            | "u"
    )
}

/// A node is its name; what matters else is whether two are the same.
type Handle = Rc<QualName>;

/// A tree that is not built; it counts what building it would take.
struct Scale {
    steps: Steps,
    nodes: Cell<usize>,
}

impl Scale {
    fn node(&self, name: QualName) -> Handle {
        self.nodes.set(self.nodes.get() + 1);
        self.steps.count(STEPS_PER_ELEMENT);
        Rc::new(name)
    }

    fn nameless(&self) -> Handle {
        self.node(QualName::new(None, ns!(), local_name!("")))
    }

    /// The tree looks for a node among its siblings, who may be all there are.
    fn search(&self) {
        self.steps.count(1 + self.nodes.get() / 8);
    }
}

/// The parser looks at names at every step up its stack: that is what the count rests on.
#[derive(Debug)]
struct Name<'a>(&'a QualName);

impl ElemName for Name<'_> {
    fn ns(&self) -> &Namespace {
        &self.0.ns
    }

    fn local_name(&self) -> &LocalName {
        &self.0.local
    }
}

impl TreeSink for Scale {
    type Handle = Handle;
    type Output = ();
    type ElemName<'a> = Name<'a>;

    fn finish(self) {}

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        self.nameless()
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> Name<'a> {
        self.steps.count(1);
        Name(target)
    }

    fn create_element(&self, name: QualName, _: Vec<Attribute>, _: ElementFlags) -> Handle {
        self.node(name)
    }

    fn create_comment(&self, _: StrTendril) -> Handle {
        self.nameless()
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Handle {
        self.nameless()
    }

    fn append(&self, _: &Handle, _: NodeOrText<Handle>) {}

    fn append_based_on_parent_node(&self, _: &Handle, _: &Handle, _: NodeOrText<Handle>) {
        self.search();
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &Handle) -> Handle {
        Rc::clone(target)
    }

    fn same_node(&self, x: &Handle, y: &Handle) -> bool {
        self.steps.count(1);
        Rc::ptr_eq(x, y)
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, _: &Handle, _: NodeOrText<Handle>) {
        self.search();
    }

    fn add_attrs_if_missing(&self, _: &Handle, _: Vec<Attribute>) {}

    fn remove_from_parent(&self, _: &Handle) {
        self.search();
    }

    fn reparent_children(&self, _: &Handle, _: &Handle) {
        self.search();
    }
}
