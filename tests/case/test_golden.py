"""The board of the leading case, to the last digit: who moves the house must not move an answer."""

import json
from pathlib import Path

GOLDEN = Path(__file__).with_name("golden_us_ai_2025.json")
FUTURES = 2000


def test_the_board_of_the_leading_case_is_what_it_was(study, tmp_path):
    """A board that changes on purpose is written anew, and CHANGELOG says why: python -m tests.case.test_golden."""
    assert board(study, tmp_path) == json.loads(GOLDEN.read_text("utf-8"))


def board(study, folder):
    """Shares of futures that hold, by policy and assumption."""
    rows = study.run(futures=FUTURES, out=folder / "out").board_rows()
    return {p: {r.assumption: r.holds for r in rows if r.policy == p} for p in study.policies}


if __name__ == "__main__":
    from tempfile import TemporaryDirectory

    from premortem.study import Study

    with TemporaryDirectory() as folder:
        GOLDEN.write_text(json.dumps(board(Study(), Path(folder)), indent=1) + "\n", "utf-8")
