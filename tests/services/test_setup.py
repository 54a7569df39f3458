"""Setting up: the first start founds a workspace, later starts change nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.domain.definition import default, load
from core.errors import DefinitionInvalid
from tests.builders import TEAM, a_policy
from tests.services.office import RULES, Office

OTHER = "T02"


def test_the_first_start_keeps_policy_definition_and_the_date_of_the_digest(
    office: Office,
) -> None:
    policy = a_policy(timezone="Asia/Tokyo", locale="ja")
    assert office.open(policy, team=OTHER, definition=default())
    with office.store.read(OTHER) as view:
        workspace, definition = view.workspace(), view.definition()
    assert (workspace.id, workspace.bot_user, workspace.policy) == (OTHER, "U0BATON", policy)
    assert definition.text == default()
    assert definition.label == f"v1 {load(default()).digest[:7]}"
    assert office.store.next_timer() == datetime(2026, 3, 9, 0, tzinfo=UTC)


def test_later_starts_change_nothing(office: Office) -> None:
    with office.store.read(TEAM) as view:
        before = view.workspace(), view.definition()
    assert not office.open(a_policy(locale="ja"), definition=default())
    with office.store.read(TEAM) as view:
        assert (view.workspace(), view.definition()) == before


def test_a_definition_that_cannot_be_read_founds_nothing(office: Office) -> None:
    with pytest.raises(DefinitionInvalid):
        office.open(a_policy(), team=OTHER, definition="schema = 2")
    assert [workspace.id for workspace in office.store.workspaces()] == [TEAM]


def test_every_workspace_has_a_long_secret_of_its_own(office: Office) -> None:
    office.open(a_policy(), team=OTHER, definition=RULES)
    secrets = [workspace.secret for workspace in office.store.workspaces()]
    assert len(set(secrets)) == 2
    assert all(len(secret) >= 64 for secret in secrets)
