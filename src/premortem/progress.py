"""What takes seconds says how far it is: a line at a time, to whoever listens, such as the command line."""

import logging

# Nothing is said where nobody has asked for it: in a library's use, a page of the app, a test.
LOG = logging.getLogger("premortem.progress")
LOG.addHandler(logging.NullHandler())
