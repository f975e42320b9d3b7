"""Declared schemas: what the sources of an application say that its database looks like."""
