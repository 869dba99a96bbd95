"""The local web app: change a policy, and two thousand futures are simulated at once."""

from premortem.app.serve import serve

__all__ = ["serve"]
