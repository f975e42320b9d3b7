"""Probes: questions that read rows or pages of a live target, bounded in time, never writing."""
