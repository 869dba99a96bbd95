"""The local web app: move a lever, watch two thousand futures answer."""

from premortem.app.serve import serve

__all__ = ["serve"]
