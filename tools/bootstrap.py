"""Set a fresh machine up: `python3 tools/bootstrap.py run`, or `lint`, or `test`.

Any Python can read this file, so that an old one can be refused in words.
"""

import os
import sys

OLDEST = (3, 11)

if sys.version_info < OLDEST:
    sys.exit(
        "jifen needs Python {}.{} or newer, and {} is Python {}.{}.\n"  # noqa: UP032 - Python 2
        "Install a newer one, or name it: make PYTHON=/path/to/python3.12".format(
            OLDEST[0], OLDEST[1], sys.executable, sys.version_info[0], sys.version_info[1]
        )
    )

sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from tools.set_up import main  # noqa: E402 - only now is the project's folder on the path

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
