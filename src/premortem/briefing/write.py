"""Writes the brief into the run folder: pictures once, then the editions asked for."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from premortem import collector
from premortem.briefing import html, pdf
from premortem.briefing.assemble import assemble
from premortem.briefing.content import Section, figures_of
from premortem.briefing.typesetting import Paper
from premortem.charts.drawing import drawing
from premortem.errors import PremortemError
from premortem.files import writer
from premortem.questions import day_asked
from premortem.questions.as_of import AsOfDay
from premortem.questions.margins import check_inputs
from premortem.study import Run


@dataclass(frozen=True)
class Written:
    """Where the editions lie, the seconds it took, and one line for each part that could not be made."""

    html: Path
    pdf: Path | None
    seconds: float
    left_out: tuple[str, ...]

    def within(self, folder: Path) -> "Written":
        """The same editions, after the run's folder was moved."""
        return replace(self, html=folder / self.html.name, pdf=self.pdf and folder / self.pdf.name)


def write_brief(
    run: Run, with_pdf: bool = False, old: Run | None = None, paper: Paper = "a4", as_of: AsOfDay | None = None
) -> Written:
    """Write `brief.html`, and `brief.pdf` on that paper if asked for, into the run folder. Raises `BadInput` when the folder cannot be
    written, or the study has other numbers than the run; a file is whole or not there.
    """
    began = time.perf_counter()
    check_inputs(run)
    _check_folder(run.folder)
    drawn: dict[str, Future[str]] = {}
    # figures are drawn one after another, beside what is still worked out
    with collector.seldom(), drawing() as svg, ThreadPoolExecutor(1) as pool:

        def draw(section: Section) -> None:
            drawn.update({f.id: pool.submit(svg, f.chart) for f in figures_of(section.blocks) if f.id not in drawn})

        brief = assemble(run, old, as_of, draw)
        draw(brief.summary)
        for section in brief.sections:
            draw(section)
        pictures = {f.id: drawn[f.id].result() for f in brief.figures()}
    day_asked.keep(run, as_of)
    page = _put(run.folder / "brief.html", html.render(brief, pictures).encode("utf-8"))
    left_out, printed = list(brief.left_out), None
    if with_pdf:
        try:
            content = pdf.render(brief, pictures, paper)
        except PremortemError as error:
            left_out.append(str(error))
        else:
            printed = _put(run.folder / "brief.pdf", content)
    return Written(page, printed, time.perf_counter() - began, tuple(left_out))


def _check_folder(folder: Path) -> None:
    """Fails before the work rather than after it."""
    with writer.system_failure(folder):
        writer.check_folder(folder)


def _put(path: Path, content: bytes) -> Path:
    writer.write(path, content)
    return path
