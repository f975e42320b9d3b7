"""PostgreSQL Review Workbench: reviews of databases from evidence."""

__version__ = "0.1.0"
