"""A server on this machine that answers as a test says, and the real download without waiting between tries."""

from http.server import BaseHTTPRequestHandler

from premortem.facts import fetch as fetching
from tests.waiting import longest


class Server(BaseHTTPRequestHandler):
    """Serves `answers`, one a request, the last for ever; keeps the headers that came in `asked`."""

    answers, asked = [], []

    def do_GET(self):
        type(self).asked.append(dict(self.headers))
        how = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        how(self)

    def log_message(self, *_):
        pass

    def send(self, body, status=200, length=None, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True


def get(url, path, most):
    """The real download without waiting between tries; patient, since the machine that tests may be busy."""
    return fetching.fetch(url, path, most, patience=longest(), waits=(0, 0), sleep=lambda _: None)
