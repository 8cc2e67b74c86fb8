"""Colours: two main colours, secondary ones, and eight that the colour-blind can tell apart."""

from __future__ import annotations

BLUE, RED = "#1f5fa8", "#b5341f"
"""What was measured; what was found in it. The colour-blind tell blue from orange-red."""
LIGHT_BLUE, OCHRE, GREY, BLACK = "#9db8d6", "#c98a1b", "#888888", "#222222"
"""Raw points behind an average; a second direction; context; a fit."""

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8c6d31")
"""M. Okabe and K. Ito, Color Universal Design (2008), in an order in which neighbours differ; a brown for their
yellow, which is too pale for a line on white."""
