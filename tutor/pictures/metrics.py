# ruff: noqa: RUF001 (the table is made of signs that look like others)
"""How wide text is in DejaVu Sans, the font of every picture; Verdana, its sister, is as wide.

With that, text is sized, cut and wrapped by arithmetic alone, in one way for the screen and for files.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from unicodedata import category, combining, normalize

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Regular width, bold width, and the signs that have both, in thousandths of the font size; a test reads them off the
#: font. An accent adds nothing to its letter's width.
_ADVANCES = r"""
    227 264 ′   275 306 '   278 343 ijlı   284 371 ł   295 372 IJ   295 388 ₜ   318 380 ,.·‘’   337 365 /\|
    337 400 :;   338 390 ι   352 435 f   361 415 -   390 457 ()[]⌈⌉   392 478 t   401 438 ²³₀₁₂   401 456 !¡
    411 493 r   460 521 "   500 500 _`§°–   500 523 *   517 544 ∂   518 657 “”   521 595 s   525 582 z   528 528 ₋
    531 580 ?¿   541 557 ε   544 591 ζ   550 593 c   557 637 L   558 591 ξ   559 681 ν   575 683 F   578 645 χ
    579 665 k   579 675 υ   587 593 ς   589 710 κ   592 633 λ   592 645 x   592 652 vy   592 681 γ   602 638 τ
    602 791 π   603 733 P   611 682 T   611 724 Y   612 646 «»   612 687 oøδθ   613 675 a   615 678 e   630 719 ß
    632 632 Ξ   632 683 EΣ   634 712 hnuη   634 779 σ   635 716 bdgpqđρ   635 720 S   636 696 $0123456789£€
    636 712 {}   636 736 µμ   637 667 √   638 716 β   656 775 K   659 687 α   660 782 φ   660 794 ψ   669 697 ∇
    674 718 ∑   684 774 AVΔΛ   685 725 Z   685 771 X   686 762 B   695 770 R   698 734 C   732 812 U   748 837 N
    752 837 HΠ   764 850 Ω   770 830 D   775 821 G   780 872 &   787 850 OQΘΦΨ   818 924 w   833 833 ∞   837 869 ω
    838 838 #+<=>^~±×÷←↑→↓↔−∗≤≥✓✗   863 995 M   950 1002 %   974 1042 m   982 1048 æ   989 1103 W   1000 1000 @©®—…⋮
    1023 1094 œ
"""
_WIDTHS: dict[str, tuple[int, int]] = {" ": (318, 348)} | {
    sign: (int(regular), int(bold))
    for regular, bold, signs in zip(*[iter(_ADVANCES.split())] * 3, strict=True)
    for sign in signs
}
_UNKNOWN = (1000, 1000)

#: Text takes a little less than its room, since browsers round the widths of signs.
_SLACK = 0.98


@lru_cache(maxsize=4096)
def width(text: str, *, bold: bool = False) -> float:
    """The text's width as a share of the font size; a sign that is not in the table counts as a whole size."""
    signs = (sign for sign in normalize("NFD", text) if not combining(sign))
    return sum(_WIDTHS.get(sign, _UNKNOWN)[bold] for sign in signs) / 1000


def room_for(text: str, size: float, *, bold: bool = False) -> float:
    """The room into which the text fits at that font size."""
    return size * width(text, bold=bold) / _SLACK


def cut(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """The text without its middle if it does not fit: two names mostly differ at either end."""
    kept, shown = len(text), text
    while kept > 2 and room_for(shown, size, bold=bold) > room:
        kept -= 1
        shown = f"{text[: kept // 2]}…{text[kept // 2 - kept :]}"
    return shown


def shape_text(shape: Sequence[int | None], room: float, size: float, *, bold: bool = False) -> str:
    """The shape as Keras writes it, without its last axes if it does not fit."""
    for kept in range(len(shape), 0, -1):
        text = str(tuple(shape)) if kept == len(shape) else f"{str(tuple(shape[:kept])).rstrip(',)')}, …)"
        if room_for(text, size, bold=bold) <= room:
            return text
    return "(…)"


def wrapped(words: Sequence[str], room: float, size: float, *, bold: bool = False) -> list[str]:
    """The words in as few lines as they need, with spaces between them."""
    lines = [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and room_for(longer, size, bold=bold) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def printable(text: str) -> str:
    """The text with a mark in place of each sign that XML forbids or that would break the line."""
    if text.isprintable():
        return text
    return "".join("\N{REPLACEMENT CHARACTER}" if category(sign)[0] == "C" else sign for sign in text)
