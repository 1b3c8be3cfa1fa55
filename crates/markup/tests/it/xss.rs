//! Attempts to smuggle something executable through, in both formats.

use inkstand_markup::{RenderOptions, render_excerpt};

use crate::safety::faults;
use crate::{html, markdown};

const VECTORS: &[&str] = &[
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\n>alert(1)</script\n>",
    "<<script>alert(1);//<</script>",
    "<script/xss src=x></script>",
    "<img src=x onerror=alert(1)>",
    "<img src=\"x\"onerror=\"alert(1)\">",
    "<img/src=x/onerror=alert(1)>",
    "<img src=x:x onerror\n=alert(1)>",
    "<img src=`x`onerror=alert(1)>",
    "<img \"\"\"><script>alert(1)</script>\">",
    "<img src=javascript:alert(1)>",
    "<img src=data:image/svg+xml;base64,PHN2Zz4=>",
    "<img srcset=\"javascript:alert(1) 1x\" src=x>",
    "<img src=x style=\"background:url(javascript:alert(1))\">",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<math><a xlink:href=javascript:alert(1)>x</a></math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href=\" javascript:alert(1)\">x</a>",
    "<a href=\"jav\tascript:alert(1)\">x</a>",
    "<a href=\"jav&#x0A;ascript:alert(1)\">x</a>",
    "<a href=\"&#1;javascript:alert(1)\">x</a>",
    "<a href=\"java&#0;script:alert(1)\">x</a>",
    "<a href=\"java\u{1}script:alert(1)\">x</a>",
    "<a href=\"java\0script:alert(1)\">x</a>",
    "<a href=JaVaScRiPt:alert(1)>x</a>",
    "<a href=\"&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)\">x</a>",
    "<a href=\"javascript&colon;alert(1)\">x</a>",
    "<a href=vbscript:msgbox(1)>x</a>",
    "<a href=data:text/html,<script>alert(1)</script>>x</a>",
    "<a href=# onclick=alert(1) onmouseover=alert(1)>x</a>",
    "<a href=x ping=//evil.example>x</a>",
    "<a href=x target=_blank rel=opener>x</a>",
    "<a name=x href=x target=evil>x</a>",
    "<a class=\"hashtag\" href=\"javascript:alert(1)\">#x</a>",
    "[x](javascript:alert(1))",
    "[x](JAVASCRIPT:alert(1))",
    "[x](<java\nscript:alert(1)>)",
    "[x](java&#x09;script:alert(1))",
    "[x](&#x6A;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
    "![x](\"onerror=\"alert(1))",
    "[x](\"onmouseover=\"alert(1))",
    "[x](/y \"\\\" onclick=alert(1) \\\"\")",
    "![x\" onerror=\"alert(1)](y)",
    "[^<script>alert(1)</script>]\n\n[^<script>alert(1)</script>]: x",
    "a[^\"onclick=alert(1)]\n\n[^\"onclick=alert(1)]: x",
    "```\"><script>alert(1)</script>\nx\n```",
    "```x\" onclick=\"alert(1)\nx\n```",
    "```html\n<script>alert(1)</script>\n```",
    "# <img src=x onerror=alert(1)>",
    "# \" onclick=alert(1) x=\"",
    "<h1 id='\" onclick=\"alert(1)'>x</h1>",
    "<div style=\"width:expression(alert(1))\">x</div>",
    "<div style=\"position:fixed;inset:0\">x</div>",
    "<style>@import 'javascript:alert(1)'</style>",
    "<link rel=stylesheet href=javascript:alert(1)>",
    "<base href=javascript:alert(1)//>",
    "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
    "<body onload=alert(1)>",
    "<form action=javascript:alert(1)><input type=submit></form>",
    "<input type=checkbox disabled onfocus=alert(1) autofocus>",
    "<input type=image src=x onerror=alert(1)>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<isindex action=javascript:alert(1) type=image>",
    "<details open ontoggle=alert(1)>x</details>",
    "<video><source onerror=alert(1)></video>",
    "<video poster=javascript:alert(1) src=javascript:alert(1)></video>",
    "<audio src=x onerror=alert(1) autoplay>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<textarea></textarea><img src=x onerror=alert(1)>",
    "<title><img src=x onerror=alert(1)></title>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<listing>&lt;img src=x onerror=alert(1)&gt;</listing>",
    "<select><style></select><img src=x onerror=alert(1)></style>",
    "<table background=javascript:alert(1)><td background=javascript:alert(1)>x",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--<img src=\"--><img src=x onerror=alert(1)//\">",
    "<!-- --!><img src=x onerror=alert(1)> -->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml version=\"1.0\"?><script>alert(1)</script>",
    "<!DOCTYPE x [<!ENTITY y \"<script>\">]>&y;",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\\<script\\>alert(1)\\</script\\>",
    "<span data-escaped-char onclick=alert(1)>#</span>",
    "<span data-escaped-char><img src=x onerror=alert(1)></span>",
    "#x\"onclick=alert(1)",
    "<!--more--><script>alert(1)</script>",
    "<p><!--more<script>alert(1)</script>--></p>",
    "<a href=\"x\"\u{2028}onclick=alert(1)>x</a>",
    "<x onclick=alert(1)>x</x>",
    "<custom-element is=x onclick=alert(1)>x</custom-element>",
    "<div/onmouseover='alert(1)'>x",
    "<p =\"><img src=x onerror=alert(1)>\">",
    "<a\u{c}href=javascript:alert(1)>x</a>",
    "<portal src=javascript:alert(1)></portal>",
    "<set attributeName=onload to=alert(1)>",
];

#[test]
fn nothing_executable_remains() {
    assert!(VECTORS.len() >= 100);
    for vector in VECTORS {
        let bodies = [markdown(vector), html(vector), markdown(&format!("> - x {vector}\n\n*{vector}*"))];
        let excerpt = render_excerpt(vector, &RenderOptions::default());
        let outputs = bodies.iter().flat_map(|r| [&r.html, &r.excerpt_html]).chain([&excerpt.html]);
        for output in outputs {
            assert_eq!(faults(output), Vec::<String>::new(), "{vector:?} became {output:?}");
        }
    }
}

#[test]
fn the_judge_sees_what_is_executable() {
    for vector in
        ["<script>x</script>", "<img src=x onerror=y>", "<a href=' java\tscript:x'>y</a>", "<p style=x>y</p>"]
    {
        assert!(!faults(vector).is_empty(), "{vector}");
    }
}
