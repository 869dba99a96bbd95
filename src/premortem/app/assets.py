"""Makes the one script that draws charts, `static/vega.js`, from the pinned vl-convert wheel, with its version and hash.

    python -m premortem.app.assets

No other host is asked: the wheel holds Vega, Vega-Lite and Vega-Embed. The licence of all three is BSD-3-Clause.
"""

import hashlib
import json
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from premortem.files import writer

STATIC = Path(str(files("premortem.app"))) / "static"
# What the bundle puts into the window.
SNIPPET = "window.vegaEmbed = vegaEmbed;"
VEGA, NOTE = "vega.js", "vega.json"


def build(folder: Path = STATIC) -> dict[str, str]:
    """Write the bundle, and beside it what it is: the version of vl-convert and the SHA-256 of the file."""
    import vl_convert

    bundle = vl_convert.javascript_bundle(SNIPPET).encode()
    writer.write(folder / VEGA, bundle)
    said = {
        "made_by": "vl-convert-python",
        "version": version("vl-convert-python"),
        "sha256": hashlib.sha256(bundle).hexdigest(),
    }
    writer.write(folder / NOTE, json.dumps(said, indent=1) + "\n")
    return said


if __name__ == "__main__":
    print(build())
