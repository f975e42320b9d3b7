"""The commands of ``workbench`` beyond the core ones of :mod:`workbench.cli`, one module per subject."""
