"""The brief: one content, set as a self-contained HTML page and as a tagged PDF."""

from premortem.briefing.write import Written, write_brief

__all__ = ["Written", "write_brief"]
