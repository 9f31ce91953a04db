"""Alembic's folder: how to run a migration, and the migrations in order."""
