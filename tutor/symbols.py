"""Named sizes and what can be made of them: a count that shows its own formula.

An :class:`Expression` is a tiny piece of algebra over named sizes. It knows its value, and it writes itself as a
sentence of symbols, the same sentence with numbers, LaTeX of both, and plain Python arithmetic, so that all five can
never disagree.

>>> units, features = Size("units", 128), Size("features", 256)
>>> count = total([4 * units * features, 4 * units * units, 4 * units], order=(units, features))
>>> count.text
'4 · units · (units + features + 1)'
>>> count.value
197120
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod


@dataclass(frozen=True)
class Style:
    """How an expression is written down: its signs, and how a named size appears."""

    times: str
    plus: str
    over: str = " / "
    minus: str = " − "
    modulo: str = " mod "
    rounded_up: str = "⌈{whole} / {parts}⌉"
    numbers: bool = False
    latex: bool = False

    def quotient(self, whole: str, parts: str) -> str:
        return rf"\frac{{{whole}}}{{{parts}}}" if self.latex else f"{whole}{self.over}{parts}"

    def size(self, size: Size) -> str:
        if self.numbers:
            return str(size.value)
        return rf"\mathrm{{{size.name}}}".replace("_", r"\_") if self.latex else size.name


TEXT = Style(" · ", " + ")
NUMBERS = Style(" · ", " + ", numbers=True)
LATEX = Style(
    r" \cdot ",
    " + ",
    minus=" - ",
    modulo=r" \;\mathrm{mod}\; ",
    rounded_up=r"\left\lceil \frac{{{whole}}}{{{parts}}} \right\rceil",
    latex=True,
)
LATEX_NUMBERS = replace(LATEX, numbers=True)
PYTHON = Style("*", " + ", "//", " - ", " % ", "-(-{whole}//{parts})")


class Expression:
    """A count made of named sizes. Exact: Python's integers, of any length."""

    @property
    def value(self) -> int:
        """The number that the expression comes to."""
        raise NotImplementedError

    def write(self, style: Style) -> str:
        """The expression in that style, without brackets around it."""
        raise NotImplementedError

    def sizes(self) -> Iterator[Size]:
        """Each named size in it, in the order of reading, repeated where it is repeated."""
        raise NotImplementedError

    def factors(self) -> tuple[Expression, ...]:
        """What is multiplied: the expression itself unless it is a product."""
        return (self,)

    def write_as_factor(self, style: Style) -> str:
        """The expression in that style, in brackets if it needs them inside a product."""
        return self.write(style)

    @property
    def text(self) -> str:
        """Symbols: ``4 · units · (units + features + 1)``."""
        return self.write(TEXT)

    @property
    def numbers(self) -> str:
        """The same with numbers: ``4 · 128 · (128 + 256 + 1)``."""
        return self.write(NUMBERS)

    @property
    def latex(self) -> str:
        """LaTeX of :attr:`text`, for MathJax and for matplotlib's mathtext."""
        return self.write(LATEX)

    @property
    def latex_numbers(self) -> str:
        """LaTeX of :attr:`numbers`."""
        return self.write(LATEX_NUMBERS)

    @property
    def expression(self) -> str:
        """Plain Python arithmetic over the names in :attr:`symbols`."""
        return self.write(PYTHON)

    @property
    def symbols(self) -> dict[str, int]:
        """The named sizes in it and their values, each once, in the order of reading."""
        return {size.name: size.value for size in self.sizes()}

    def __str__(self) -> str:
        return self.text

    def __mul__(self, other: Expression | int) -> Expression:
        return product([self, as_expression(other)])

    def __rmul__(self, other: int) -> Expression:
        return product([as_expression(other), self])

    def __add__(self, other: Expression | int) -> Expression:
        return Sum((self, as_expression(other)))


@dataclass(frozen=True)
class Number(Expression):
    """A bare number, such as the 4 of an LSTM's four gates."""

    amount: int

    @property
    def value(self) -> int:
        return self.amount

    def write(self, style: Style) -> str:
        return str(self.amount)

    def sizes(self) -> Iterator[Size]:
        return iter(())


@dataclass(frozen=True)
class Size(Expression):
    """A size with a name: ``Size("units", 128)``. The name is a Python identifier."""

    name: str
    amount: int

    @property
    def value(self) -> int:
        return self.amount

    def write(self, style: Style) -> str:
        return style.size(self)

    def sizes(self) -> Iterator[Size]:
        yield self


@dataclass(frozen=True)
class Product(Expression):
    """Two or more factors, multiplied. Made by :func:`product`."""

    parts: tuple[Expression, ...]

    @cached_property
    def value(self) -> int:
        return prod(part.value for part in self.parts)

    def write(self, style: Style) -> str:
        return style.times.join(part.write_as_factor(style) for part in self.parts)

    def sizes(self) -> Iterator[Size]:
        for part in self.parts:
            yield from part.sizes()

    def factors(self) -> tuple[Expression, ...]:
        return self.parts


@dataclass(frozen=True)
class Sum(Expression):
    """Two or more terms, added."""

    terms: tuple[Expression, ...]

    @cached_property
    def value(self) -> int:
        return sum(term.value for term in self.terms)

    def write(self, style: Style) -> str:
        return style.plus.join(term.write(style) for term in self.terms)

    def sizes(self) -> Iterator[Size]:
        for term in self.terms:
            yield from term.sizes()

    def write_as_factor(self, style: Style) -> str:
        return f"({self.write(style)})"


@dataclass(frozen=True)
class Quotient(Expression):
    """One size over another that divides it: the channels of one group, ``channels / groups``."""

    whole: Size
    parts: Size

    @property
    def value(self) -> int:
        return self.whole.value // self.parts.value

    def write(self, style: Style) -> str:
        return style.quotient(style.size(self.whole), style.size(self.parts))

    def sizes(self) -> Iterator[Size]:
        yield from (self.whole, self.parts)


def as_expression(value: Expression | int) -> Expression:
    """The expression itself, or a :class:`Number` for an integer."""
    return value if isinstance(value, Expression) else Number(value)


def product(parts: Iterable[Expression]) -> Expression:
    """The parts multiplied, in the order given; factors of one are left out, numbers stay unmultiplied.

    ``3 · 2`` stays ``3 · 2``: the 3 is a GRU's gates and the 2 its bias vectors, and a 6 would hide both.
    """
    flat = [factor for part in parts for factor in part.factors() if factor != Number(1)]
    if Number(0) in flat:
        return Number(0)
    if len(flat) < 2:
        return flat[0] if flat else Number(1)
    return Product(tuple(flat))


def total(terms: Iterable[Expression], order: Sequence[Size]) -> Expression:
    """The sum of the terms with what they share taken out in front, as one would write it by hand.

    Equal terms are gathered (``c + c`` is ``2 · c``). Sizes stand in the given order, others after
    them, and numbers before them in a product and after them in a sum.
    """
    rank: dict[Expression, int] = {size: place for place, size in enumerate(order)}

    def place(factor: Expression) -> int:
        if isinstance(factor, Number):
            return -1
        return rank.get(factor.whole if isinstance(factor, Quotient) else factor, len(rank))

    def ordered(factors: Iterable[Expression]) -> Expression:
        return product(sorted(factors, key=place))

    bags = [Counter(term.factors()) for term in terms if term != Number(0)]
    if not bags:
        return Number(0)
    shared = bags[0].copy()
    for bag in bags[1:]:
        shared &= bag

    rest: dict[tuple[Expression, ...], int] = {}
    for bag in bags:
        left = list((bag - shared).elements())
        symbols = tuple(sorted((factor for factor in left if not isinstance(factor, Number)), key=place))
        amount = prod(factor.value for factor in left if isinstance(factor, Number))
        rest[symbols] = rest.get(symbols, 0) + amount
    by_rank = sorted(rest.items(), key=lambda item: (not item[0], [place(factor) for factor in item[0]]))
    remainder = [product([Number(amount), *symbols]) for symbols, amount in by_rank]
    if len(remainder) > 2 and not by_rank[-1][0]:
        # What all but the bare number share goes in front of a bracket of its own.
        front = total(remainder[:-1], order)
        remainder = [*(front.terms if isinstance(front, Sum) else (front,)), remainder[-1]]
    inner = remainder[0] if len(remainder) == 1 else Sum(tuple(remainder))
    return ordered([*shared.elements(), *inner.factors()])


def joined(parts: Sequence[Expression]) -> Expression:
    """The parts added as they stand, without taking anything out in front; nothing for no parts."""
    kept = tuple(part for part in parts if part != Number(0))
    if len(kept) < 2:
        return kept[0] if kept else Number(0)
    return Sum(kept)


class Sizes(Mapping[str, Size]):
    """The named sizes of one layer, in the order in which its formula names them: ``sizes.units``."""

    def __init__(self, **amounts: int) -> None:
        self._sizes = {name: Size(name, amount) for name, amount in amounts.items()}

    def __getattr__(self, name: str) -> Size:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self._sizes[name]
        except KeyError:
            raise AttributeError(f"no size named {name!r}; there are {', '.join(self._sizes)}") from None

    def __getitem__(self, name: str) -> Size:
        return self._sizes[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sizes)

    def __len__(self) -> int:
        return len(self._sizes)

    def __repr__(self) -> str:
        return f"Sizes({', '.join(f'{name}={size.value}' for name, size in self._sizes.items())})"
