"""Each room of the verbs can be imported first: none needs another to have been there before."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
EACH_ANEW = """
import importlib, pkgutil, sys
import loyalty
failed = []
for one in pkgutil.iter_modules(loyalty.__path__, "loyalty."):
    for name in [name for name in sys.modules if name.partition(".")[0] == "loyalty"]:
        del sys.modules[name]
    try:
        importlib.import_module(one.name)
    except ImportError as error:
        failed.append(f"{one.name}: {error}")
sys.exit("; ".join(failed) or 0)
"""


def test_each_is_imported_first() -> None:
    done = subprocess.run(
        [sys.executable, "-c", EACH_ANEW], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
