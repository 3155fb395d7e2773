"""Bundle the website's styles and scripts whenever the package is built or installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontEndHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs ``frontend/build.py``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the bundles before files are collected."""
        script = Path(self.root) / "frontend" / "build.py"
        subprocess.run([sys.executable, str(script)], check=True)
