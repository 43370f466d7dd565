"""`python -m medrag`."""

from __future__ import annotations

import sys

from medrag.cli import main

sys.exit(main())
