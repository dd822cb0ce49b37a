"""The chat page: HTML, CSS and ES modules, served as they are by `service.api`.

No build step and no dependencies. `index.html` is the structure, `js/words.js` holds every English text,
`js/main.js` puts the parts together. The page knows nothing of how an answer is made: it shows what the HTTP API
sends, and sets all of it as text.
"""
