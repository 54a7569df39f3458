"""The benchmarks run, and check for themselves that each click won; nothing is said of speed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_quick_benchmark_prints_its_table_and_counts_the_decisions() -> None:
    command = [sys.executable, "-m", "bench", "ack", "--quick", "--database", "sqlite"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)

    assert done.returncode == 0, done.stderr
    assert "x floors" in done.stdout
    assert [line.split()[1] for line in done.stdout.splitlines() if " Baton " in line] == [
        "1",
        "16",
        "64",
    ]
    assert "each of them the one decision of its handoff" in done.stdout


def test_a_quick_benchmark_of_scoring_agrees_with_the_bare_loop() -> None:
    command = [sys.executable, "-m", "bench", "score", "--quick"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)

    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines() if line.startswith("50 rules")]
    assert [line[2] for line in lines] == ["10", "100", "500"]


def test_a_quick_import_is_measured_beside_bare_inserts_and_its_log_is_checked() -> None:
    command = [sys.executable, "-m", "bench", "import", "--quick", "--database", "sqlite"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("bare inserts") == 3
    assert "MB of memory" in done.stdout
