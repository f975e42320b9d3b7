"""Figures and tables: a review in, a Plotly figure or an HTML table out; one module per subject."""
