"""Pages that the server writes itself: one head, the chat page's style, no script."""

import html

from starlette.responses import HTMLResponse

_PAGE = """<!doctype html>
<html lang="en-GB">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{title} – Trendwise</title>
  <link rel="icon" href="/web/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/web/style.css">
</head>
<body>
<main class="{style}">
{body}
</main>
</body>
</html>
"""


def respond(title: str, body: str, *, style: str = "page", status: int = 200) -> HTMLResponse:
    """`body` is HTML: whatever text is in it has been escaped."""
    return HTMLResponse(_PAGE.format(title=html.escape(title), style=style, body=body), status)
