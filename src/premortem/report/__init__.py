"""Presentation: the brief, and what a terminal shows. Holds nothing that a notebook user would want to call."""

from premortem.report.brief import write_brief
from premortem.report.terminal import print_board, print_run, print_tables, progress_bar

__all__ = ["print_board", "print_run", "print_tables", "progress_bar", "write_brief"]
