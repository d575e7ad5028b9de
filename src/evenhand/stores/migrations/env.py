"""Alembic runs this file to run the steps, on the connection and in the transaction that `upgrading.upgrade` opened."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
