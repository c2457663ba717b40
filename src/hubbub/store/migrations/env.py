"""Runs the migrations over the connection that `hubbub.store` hands in."""

from alembic import context

from hubbub.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
