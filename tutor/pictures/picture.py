"""A picture that displays itself in a notebook and saves itself to a file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.pictures.palette import style_sheet
from tutor.pictures.svg import svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from tutor.pictures.scene import Scene

_PNG_DPI = 200
#: CSS pixels to a point, at most: a picture fills its cell up to this size.
_LARGEST = 1.6


@dataclass(frozen=True, repr=False)
class Picture:
    """A picture that displays itself in a notebook and can be saved.

    Attributes:
        scene: what is on it.
    """

    scene: Scene

    @property
    def alt(self) -> str:
        """The picture in words, from the same data."""
        return self.scene.alt

    @cached_property
    def figure(self) -> Figure:
        """The picture as a matplotlib figure, in the colours of a light page."""
        from tutor.pictures.figure import figure  # matplotlib is loaded only when a figure is wanted

        return figure(self.scene)

    def svg(self) -> str:
        """The picture as an SVG file's text, in the colours of a light page; its width and height are in points."""
        return svg(self.scene, themed=False)

    def save(self, path: str | Path) -> None:
        """Write the picture to a file; its suffix says in which format.

        Raises:
            ValueError: the suffix is not .png, .svg or .pdf.
        """
        path = Path(path)
        suffix = path.suffix.lower()
        if suffix == ".svg":
            path.write_text(self.svg(), encoding="utf-8")
        elif suffix in (".png", ".pdf"):
            from matplotlib import rc_context

            # Hinting would round each sign to whole pixels and make small text wider than its room.
            with rc_context({"text.hinting": "no_hinting", "savefig.bbox": "standard", "path.sketch": None}):
                self.figure.savefig(path, dpi=_PNG_DPI)
        else:
            raise ValueError(f"save: path must end in .png, .svg or .pdf; got {str(path)!r}.")

    def __repr__(self) -> str:
        return self.alt

    def _repr_html_(self) -> str:
        style = f"max-width: {_LARGEST * self.scene.width:g}px"
        sheet = style_sheet(".tutor-picture")
        return f'<style>{sheet}</style><div class="tutor-picture" style="{style}">{svg(self.scene)}</div>'
