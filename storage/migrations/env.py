"""Runs the steps in the transaction of whoever asks for them."""

from alembic import context
from sqlalchemy import Connection

from storage.tables import METADATA


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=METADATA, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
