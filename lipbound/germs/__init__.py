"""Functions far out: orders of growth, and germs of formulas on half-lines with enclosed coefficients."""
