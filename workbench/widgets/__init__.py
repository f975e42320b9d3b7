"""Explorers for JupyterLab, made of ipywidgets; one module per subject."""
