"""A static site of a run: its story, exhibits, brief and data, which read from any folder without a server.

- `site`: every file of the site, from a stored run
- `pages`: the pages, from the templates of the room
- `links`: links that lead nowhere
- `write`: the folder that the site goes to
"""

from premortem.publish.write import Published, publish

__all__ = ["Published", "publish"]
