"""Section C: what reaches us is repeated, late, forged or broken."""

from __future__ import annotations

from tests.faults.fault import Fault

FAULTS: tuple[Fault, ...] = ()
