//! The body: what is unambiguous of Jekyll's templates becomes Markdown, the rest is counted.

/// A body without its `{% highlight %}` and `{% raw %}` marks.
pub(crate) struct Body {
    pub(crate) text: String,
    /// Tags and outputs of templates outside of code.
    pub(crate) remnants: u32,
}

/// Walks once through the text; a tag that closes nowhere is looked for once, so that the time stays linear.
pub(crate) fn read(text: &str) -> Body {
    let mut walk = Walk { text, at: 0, out: String::with_capacity(text.len()), remnants: 0, ends: [None; 4] };
    walk.run();
    Body { text: walk.out, remnants: walk.remnants }
}

struct Walk<'a> {
    text: &'a str,
    at: usize,
    out: String,
    remnants: u32,
    /// Where the next of [`ENDS`] stands: not before this.
    ends: [Option<usize>; 4],
}

const ENDS: [&str; 4] = ["%}", "}}", "endraw", "endhighlight"];
const TAG_END: usize = 0;
const OUTPUT_END: usize = 1;
const RAW_END: usize = 2;
const HIGHLIGHT_END: usize = 3;

/// A tag longer than this is taken for stray braces.
const LONGEST_TAG: usize = 2_048;

/// A code span longer than this is taken for stray backticks.
const LONGEST_SPAN: usize = 4_096;

impl<'a> Walk<'a> {
    fn run(&mut self) {
        let mut line_start = true;
        let mut fence: Option<Fence> = None;
        while self.at < self.text.len() {
            let rest = &self.text[self.at..];
            if line_start && (fence.is_some() || Fence::opened_by(rest).is_some()) {
                let end = rest.find('\n').map_or(rest.len(), |end| end + 1);
                let line = &rest[..end];
                fence = match fence {
                    Some(open) if open.closed_by(line) => None,
                    None => Fence::opened_by(line),
                    open => open,
                };
                let clean = without_raw(line);
                if line.trim().is_empty() || !clean.trim().is_empty() {
                    self.out.push_str(&clean);
                }
                self.at += end;
                continue;
            }
            line_start = self.step(rest);
        }
    }

    /// Goes on by one piece outside of fences; `true` where the next piece begins a line.
    fn step(&mut self, rest: &'a str) -> bool {
        if rest.starts_with("{%") || rest.starts_with("{{") {
            return self.template(rest);
        }
        if rest.starts_with('`') {
            let length = span_length(rest);
            self.out.push_str(&without_raw(&rest[..length]));
            self.at += length;
            return false;
        }
        let skip = rest.chars().next().map_or(1, char::len_utf8);
        let length = rest[skip..].find(['\n', '`', '{']).map_or(rest.len(), |end| end + skip);
        let length = if rest.starts_with('\n') { 1 } else { length };
        self.out.push_str(&rest[..length]);
        self.at += length;
        rest[..length].ends_with('\n')
    }

    fn template(&mut self, rest: &'a str) -> bool {
        let is_tag = rest.starts_with("{%");
        let end = self.next(if is_tag { TAG_END } else { OUTPUT_END }, self.at + 2);
        let Some(end) = end.filter(|&end| self.is_one_tag(end)) else {
            self.out.push_str(&rest[..2]);
            self.at += 2;
            return false;
        };
        let inner = self.text[self.at + 2..end].trim_matches('-').trim();
        let after = end + 2;
        let (name, arguments) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
        match name {
            "raw" if is_tag => {
                if let Some((inner_end, next)) = self.closing(RAW_END, after) {
                    self.out.push_str(&self.text[after..inner_end]);
                    self.at = next;
                    return false;
                }
            }
            "highlight" if is_tag && self.at_line_start() => {
                if let Some((inner_end, next)) = self.closing(HIGHLIGHT_END, after) {
                    return self.push_highlight(arguments, after, inner_end, next);
                }
            }
            _ => {}
        }
        self.remnants = self.remnants.saturating_add(1);
        self.out.push_str(&self.text[self.at..after]);
        self.at = after;
        false
    }

    /// Turns `{% highlight ruby %} … {% endhighlight %}` into a fence that is longer than any in the code.
    fn push_highlight(&mut self, arguments: &str, start: usize, end: usize, next: usize) -> bool {
        let code = without_raw(&self.text[start..end]);
        let code = code.trim_start_matches([' ', '\t', '\r']).trim_start_matches('\n').trim_end();
        let longest = code.lines().map(|line| backticks(line.trim_start())).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        let language =
            arguments.split_whitespace().next().filter(|word| !word.contains('=') && *word != "linenos");
        // In a list, the fence stands as far in as the mark did.
        let indent = self.out.rsplit('\n').next().unwrap_or_default().to_owned();
        self.out.push_str(&format!("{fence}{}\n{code}\n{indent}{fence}\n", language.unwrap_or_default()));
        let rest = &self.text[next..];
        let tail = rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
        self.at = next + tail + usize::from(rest[tail..].starts_with('\n'));
        true
    }

    /// Braces in prose aren't closed by others a page further.
    fn is_one_tag(&self, end: usize) -> bool {
        end - self.at <= LONGEST_TAG && !self.text[self.at..end].contains("\n\n")
    }

    fn at_line_start(&self) -> bool {
        self.out.chars().rev().find(|c| !matches!(c, ' ' | '\t')).is_none_or(|c| c == '\n')
    }

    /// Where the content ends and where the text goes on after `{% endraw %}` or its like.
    fn closing(&mut self, which: usize, from: usize) -> Option<(usize, usize)> {
        let word = self.next(which, from)?;
        let before = self.text[from..word].trim_end();
        let before = before.strip_suffix('-').unwrap_or(before).strip_suffix("{%")?;
        let after = word + ENDS[which].len();
        let rest = self.text[after..].trim_start();
        let rest = rest.strip_prefix('-').unwrap_or(rest).strip_prefix("%}")?;
        Some((from + before.len(), self.text.len() - rest.len()))
    }

    /// The next of [`ENDS`] at or after `from`.
    fn next(&mut self, which: usize, from: usize) -> Option<usize> {
        let known = self.ends[which].filter(|&at| at >= from);
        let at = known.unwrap_or_else(|| {
            self.text[from..].find(ENDS[which]).map_or(usize::MAX, |offset| from + offset)
        });
        self.ends[which] = Some(at);
        (at != usize::MAX).then_some(at)
    }
}

/// An open code fence.
struct Fence {
    mark: char,
    length: usize,
}

impl Fence {
    /// Looks at the first line of `text`.
    fn opened_by(text: &str) -> Option<Self> {
        let text = text.trim_start_matches([' ', '\t', '>']);
        let mark = text.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let length = text.chars().take_while(|&c| c == mark).count();
        if length < 3 {
            return None;
        }
        let info = text[length..].lines().next().unwrap_or_default();
        (mark == '~' || !info.contains('`')).then_some(Self { mark, length })
    }

    fn closed_by(&self, line: &str) -> bool {
        let text = line.trim_matches(|c: char| c.is_whitespace() || c == '>');
        text.chars().count() >= self.length && text.chars().all(|c| c == self.mark)
    }
}

/// The length of the code span that begins here, or of the backticks alone where none closes it.
fn span_length(text: &str) -> usize {
    let open = backticks(text);
    let mut end = text.len().min(open.saturating_add(LONGEST_SPAN));
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut at = open;
    while let Some(offset) = text.get(at..end).and_then(|rest| rest.find('`')) {
        if text[at..at + offset].contains("\n\n") {
            break;
        }
        let run = backticks(&text[at + offset..]);
        at += offset + run;
        if run == open {
            return at;
        }
    }
    open
}

fn backticks(text: &str) -> usize {
    text.bytes().take_while(|&b| b == b'`').count()
}

/// Jekyll reads templates before Markdown, so its marks stand in code as well.
fn without_raw(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("{%") {
        let Some(end) = rest[at..].find("%}").map(|end| at + end + 2) else { break };
        let name = rest[at + 2..end - 2].trim_matches('-').trim();
        if name == "raw" || name == "endraw" {
            clean.push_str(&rest[..at]);
        } else {
            clean.push_str(&rest[..end]);
        }
        rest = &rest[end..];
    }
    clean.push_str(rest);
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str, remnants: u32) {
        let body = read(text);
        assert_eq!((body.text.as_str(), body.remnants), (expected, remnants), "{text:?}");
    }

    #[test]
    fn remnants_are_counted_outside_of_code() {
        for (text, remnants) in [
            ("plain", 0),
            ("{% image a.png %} and {{ \"/x/\" | url }}", 2),
            ("{{< figure src=x >}}\n{{% note %}}x{{% /note %}}", 3),
            ("`{{ x }}` and ``{% y ` %}`` {{ z }}", 1),
            ("```\n{{ x }}\n```\n{{ y }}", 1),
            ("~~~ liquid\n{% x %}\n```\n~~~\n", 0),
            ("> ```\n> {{ x }}\n> ```\n{{ y }}", 1),
            ("open {{ and {% and }", 0),
            ("a ` b {{ x }}", 1),
            ("{", 0),
        ] {
            check(text, text, remnants);
        }
    }

    #[test]
    fn highlight_becomes_a_fence() {
        check(
            "a\n\n{% highlight ruby linenos %}\nputs 1\n{% endhighlight %}\n\nb",
            "a\n\n```ruby\nputs 1\n```\n\nb",
            0,
        );
        check("{%- highlight js -%}x{%- endhighlight -%} b", "```js\nx\n```\nb", 0);
        check("{% highlight md %}\n````\nx\n````\n{% endhighlight %}", "`````md\n````\nx\n````\n`````\n", 0);
        check("- a\n  {% highlight %}\n  x\n  {% endhighlight %}\n", "- a\n  ```\n  x\n  ```\n", 0);
        check("{% highlight c %}\n    x\n  y\n{% endhighlight %}\n", "```c\n    x\n  y\n```\n", 0);
        check("{% highlight ruby %}\nnever closed", "{% highlight ruby %}\nnever closed", 1);
        check("{% highlight x %}{% raw %}{{ y }}{% endraw %}{% endhighlight %}\n", "```x\n{{ y }}\n```\n", 0);
    }

    #[test]
    fn raw_marks_are_dropped() {
        check("a {% raw %}{{ x }}{% endraw %} b", "a {{ x }} b", 0);
        check("`{% raw %}{{ x }}{% endraw %}`", "`{{ x }}`", 0);
        check("```\n{% raw %}\n{{ x }}\n{% endraw %}\n```\n", "```\n{{ x }}\n```\n", 0);
        check("{% raw %} open", "{% raw %} open", 1);
    }
}
