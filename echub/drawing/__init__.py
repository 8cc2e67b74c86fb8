"""What figures share: text for units and axes, thinning, a palette, a common style of axes.

Importing this costs nothing: each name loads its module when it is first used, and matplotlib (extra `plot`) is
imported only inside the functions that need it.

>>> from echub.drawing import axis_label, current_label, unit_text
>>> unit_text("ohm*cm^2"), axis_label("$E$", "V", against="Na⁺/Na"), current_label("mA/cm^2")
('Ω·cm²', '$E$ vs Na⁺/Na / V', 'j / mA/cm²')
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from echub.lazy import names_of

if TYPE_CHECKING:
    from echub.drawing.axes import equal_upwards, nyquist, reasons, refused, tidy, title
    from echub.drawing.canvas import STYLE, colour_bar, new_figure, palette_of, save, shades, shades_of, style, svg
    from echub.drawing.labels import (
        axis_label,
        current_label,
        prefixed,
        symbol_text,
        time_unit,
        unit_text,
        value_text,
    )
    from echub.drawing.palette import BLACK, BLUE, GREY, LIGHT_BLUE, OCHRE, PALETTE, RED
    from echub.drawing.styles import STYLES, Style, styled
    from echub.drawing.thinning import envelope, envelope_line, outline, thinned

_LAZY = {
    "BLACK": ".palette",
    "BLUE": ".palette",
    "GREY": ".palette",
    "LIGHT_BLUE": ".palette",
    "OCHRE": ".palette",
    "PALETTE": ".palette",
    "RED": ".palette",
    "STYLE": ".canvas",
    "STYLES": ".styles",
    "Style": ".styles",
    "axis_label": ".labels",
    "current_label": ".labels",
    "envelope": ".thinning",
    "equal_upwards": ".axes",
    "envelope_line": ".thinning",
    "new_figure": ".canvas",
    "nyquist": ".axes",
    "outline": ".thinning",
    "palette_of": ".canvas",
    "prefixed": ".labels",
    "reasons": ".axes",
    "refused": ".axes",
    "save": ".canvas",
    "colour_bar": ".canvas",
    "shades": ".canvas",
    "shades_of": ".canvas",
    "style": ".canvas",
    "styled": ".styles",
    "svg": ".canvas",
    "symbol_text": ".labels",
    "thinned": ".thinning",
    "tidy": ".axes",
    "time_unit": ".labels",
    "title": ".axes",
    "unit_text": ".labels",
    "value_text": ".labels",
}

__all__ = [
    "BLACK",
    "BLUE",
    "GREY",
    "LIGHT_BLUE",
    "OCHRE",
    "PALETTE",
    "RED",
    "STYLE",
    "STYLES",
    "Style",
    "axis_label",
    "colour_bar",
    "current_label",
    "envelope",
    "envelope_line",
    "equal_upwards",
    "new_figure",
    "nyquist",
    "outline",
    "palette_of",
    "prefixed",
    "reasons",
    "refused",
    "save",
    "shades",
    "shades_of",
    "style",
    "styled",
    "svg",
    "symbol_text",
    "thinned",
    "tidy",
    "time_unit",
    "title",
    "unit_text",
    "value_text",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = names_of(__name__, _LAZY)
