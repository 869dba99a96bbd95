"""A problem's page in the app: the board, then boxes, the nearest turn and sensitivities of what is asked for. No script is needed."""

import threading
from collections.abc import Callable, Hashable
from typing import Any

from markupsafe import Markup

from premortem.charts import exploration
from premortem.charts.render import font_face
from premortem.errors import BadInput, MissingData
from premortem.problem import pictures
from premortem.problem.brief import TEMPLATES, drawn, environment, lead, without_boxes
from premortem.problem.run import Run
from premortem.problem.sections import Block, Section, priors, settings
from premortem.problem.words import called, under
from premortem.questions.tables.indices import Sobol
from premortem.text.numbers import number
from premortem.text.phrases import plainly

# What a box trades: the fewer futures it holds, the more of them break.
TRADE = ("breaks inside (coverage)", "inside that breaks (density)", "futures inside (mass)", "what it limits")


class Pages:
    """Pages of a run; each question is asked once, one at a time."""

    def __init__(self, run: Run) -> None:
        self.run, self._known, self._lock = run, dict[Hashable, Any](), threading.Lock()

    def once(self, key: Hashable, ask: Callable[[], Any]) -> Any:
        """An answer, asked for the first time only; what cannot be answered says why each time."""
        with self._lock:
            if key not in self._known:
                try:
                    self._known[key] = ask()
                except (BadInput, MissingData) as error:
                    self._known[key] = error
            found = self._known[key]
        if isinstance(found, BadInput | MissingData):
            raise found
        return found

    def boxes(self, assumption: str, policy: str) -> Any:
        """Boxes of a proposition under a policy."""
        return self.once(("boxes", assumption, policy), lambda: self.run.boxes(assumption, policy))

    def turns(self, assumption: str, policy: str) -> Any:
        """Its breaking points."""
        return self.once(("turns", assumption, policy), lambda: self.run.breaking_points(assumption, policy))

    def sensitivity(self, outcome: str, policy: str) -> Any:
        """Sensitivities of an outcome under a policy."""
        return self.once(("sensitivity", outcome, policy), lambda: self.run.sensitivity(outcome, policy))

    def html(self, assumption: str = "", policy: str = "", outcome: str = "") -> str:
        """The page for a proposition, a policy and an outcome; the first of each where none is asked for."""
        run = self.run
        propositions, outcomes = [p.name for p in run.propositions], [o.name for o in run.plan.definition.outcomes]
        chosen = {
            "assumption": assumption or next(iter(propositions), ""), "policy": policy or run.policies[0], "outcome": outcome or next(iter(outcomes), ""),
        }  # fmt: skip
        sections = []
        if propositions:
            sections.append(Section("board", "What holds", [Block(picture=drawn(exploration.board(run.board())))]))
            sections.append(self._proposition(chosen["assumption"], chosen["policy"]))
        if chosen["outcome"]:
            sections.append(self._outcome(chosen["outcome"], chosen["policy"]))
        sections += [*settings(run.plan.definition, run.plan.policies), *priors(run.plan.definition)]
        choices = [
            ("assumption", "Proposition", propositions),
            ("policy", "Policy", list(run.policies)),
            ("outcome", "Outcome", outcomes),
        ]
        css = font_face() + (TEMPLATES / "brief.css").read_text("utf-8")
        return str(
            environment().get_template("page.html.j2").render(
                title=run.plan.definition.name, lead=lead(run), notes=run.notes, sections=sections, choices=choices, chosen=chosen, css=Markup(css)
            )
        )  # fmt: skip

    def _proposition(self, assumption: str, policy: str) -> Section:
        blocks = []
        try:
            found = self.boxes(assumption, policy)
            blocks += [Block(f"{box.sentence}.") for box in found.boxes] or [Block(without_boxes(found))]
            if found.boxes:
                blocks.append(
                    Block(pictures.box_caption(found), drawn(pictures.box_pairs(self.run, found, assumption, policy)))
                )
            rows = [
                [f"{p.coverage:.0%}", f"{p.density:.0%}", f"{p.mass:.0%}", ", ".join(map(plainly, p.limits)) or "none"]
                for p in found.trajectory[:: max(len(found.trajectory) // 12, 1)]
            ]
            blocks.append(Block(heads=TRADE, rows=rows))
        except (BadInput, MissingData) as error:
            blocks.append(Block(str(error)))
        try:
            blocks.append(Block(self.turns(assumption, policy).verdict))
        except (BadInput, MissingData) as error:
            blocks.append(Block(str(error)))
        return Section("boxes", f"Where {called(assumption)} breaks{under(self.run.policies, policy)}", blocks)

    def _outcome(self, outcome: str, policy: str) -> Section:
        title = f"What {called(outcome)} depends on{under(self.run.policies, policy)}"
        try:
            found = self.sensitivity(outcome, policy)
        except (BadInput, MissingData) as error:
            return Section("sensitivity", title, [Block(str(error))])
        rows = [[plainly(r.param), number(r.first), number(r.total)] for r in found.of("sobol") if isinstance(r, Sobol)]
        blocks = [Block(f"{note}.") for note in found.notes]
        if rows:
            caption = f"Share of the variance of {called(outcome)} that each uncertainty makes: alone (first), and with others (total)."
            shown = Block(caption, drawn(pictures.indices(found)))
            blocks = [shown, Block(heads=("uncertainty", "alone", "with others"), rows=rows), *blocks]
        return Section("sensitivity", title, blocks)
