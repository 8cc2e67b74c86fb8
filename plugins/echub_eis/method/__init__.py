"""The numerical kernel: circuits, their start values and fits, noise, Kramers-Kronig. Plain NumPy and SciPy."""
