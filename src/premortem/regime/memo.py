"""A decision as a memo, in a few lines or as HTML for a notebook: question, answer, why, what would change it."""

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from premortem.regime.decide import Decision, Step, Test

ADVICE = "Not legal advice, and not official text."


def text(d: "Decision") -> str:
    """The memo in a few lines."""
    why = f"  {d.outcome}, by {d.clause or 'no clause'} ({d.citation or 'none applies'}), policy {d.policy}, ECCN {d.eccn}"
    room = [] if d.headroom_tpp is None else [f"  headroom after it: {d.headroom_tpp:,.0f} TPP"]
    changes = [f"  would change it: {change}" for change in d.would_change[:3]]
    return "\n".join([d.sentence, why, *room, *changes, f"  {ADVICE}"])


def html(d: "Decision") -> str:
    """The memo as HTML: what was asked, the answer, the clause, the tests that counted, what would change it."""
    asked = "; ".join(f"{name.replace('_', ' ')} {_shown(value)}" for name, value in d.transaction.items())
    room = "" if d.headroom_tpp is None else f"<br>Headroom after it: {d.headroom_tpp:,.0f} TPP."
    rows = "".join(_row(step, test) for step in d.trace if step.reached for test in step.tests)
    changes = "".join(f"<li>{escape(change)}</li>" for change in d.would_change)
    return (
        f"<div><p><small>{escape(asked)} (policy {escape(d.policy)}, ECCN {escape(d.eccn)})</small></p>"
        f"<p><b>{escape(d.sentence)}</b><br><code>{escape(d.outcome)}</code> by <code>{escape(d.clause or 'no clause')}</code>"
        f"{': ' + escape(d.says) if d.says else ''} ({escape(d.citation or 'none applies')}).{room}</p>"
        f"<table><thead><tr><th>clause</th><th>test</th><th>values</th><th>met</th></tr></thead><tbody>{rows}</tbody></table>"
        + (f"<p>What would change it:</p><ul>{changes}</ul>" if changes else "")
        + f"<p><small>{ADVICE}</small></p></div>"
    )


def _row(step: "Step", test: "Test") -> str:
    cells = (step.clause, test.test, test.value, "yes" if test.met else "no" if test.known else "not known")
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _shown(value: Any) -> str:
    return f"{value:,.12g}" if isinstance(value, float) else str(value)
