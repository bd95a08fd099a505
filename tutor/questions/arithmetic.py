"""What was typed: whole numbers as people write them, arithmetic, shapes; and the expressions of a lesson's steps.

All of it goes through Python's parser and a short list of what may stand there, never through ``eval``. No text makes
it compute for long: texts, exponents and results are bounded.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

#: What stands between groups of three digits; the last three are an apostrophe as printed, and two kinds of space.
_SIGNS = ",_' \u2019\u00a0\u202f"
_GROUPED = re.compile(rf"\d{{1,3}}(?P<between>[{_SIGNS}])\d{{3}}(?:(?P=between)\d{{3}})*")
_POWER = re.compile(r"(\d+)[eE]\+?(\d{1,2})")
_FRACTION = re.compile(r"(\d+)[.,](\d+)")
_DIGITS_AND_SIGNS = re.compile(rf"\d[\d.{_SIGNS}]*")


@dataclass(frozen=True)
class Typed:
    """A number as somebody typed it.

    Attributes:
        text: what was typed.
        number: the whole number that it is; None if that is not certain.
        meant: the whole numbers that it may mean, if that is not certain.
    """

    text: str
    number: int | None = None
    meant: tuple[int, ...] = ()


def whole(text: str) -> Typed:
    """A whole number as people write it: 1000000, 1,000,000, 1_000_000, 1 000 000 or 1e6.

    A dot is 1.000 to some and 1,000 to others, so it is asked about; so is a group of other than three digits.
    """
    text = text.strip()
    if len(text) > _LONGEST:
        return Typed(text)
    if re.fullmatch(r"[-−+]?\d+", text, re.ASCII):
        return Typed(text, int(text.replace("−", "-")))
    if _GROUPED.fullmatch(text):
        return Typed(text, int(re.sub(r"\D", "", text)))
    if power := _POWER.fullmatch(text):
        return Typed(text, int(power[1]) * 10 ** int(power[2]))
    joined = int(re.sub(r"\D", "", text) or 0)
    if fraction := _FRACTION.fullmatch(text):
        first = int(fraction[1])
        return Typed(text, None, (first, joined if len(fraction[2]) > 2 else first + 1))
    return Typed(text, None, (joined,) if _DIGITS_AND_SIGNS.fullmatch(text) else ())


#: The longest text that is read, in characters; the longest that a sentence repeats; and the largest result.
_LONGEST, _SHOWN, _LARGEST = 300, 40, 10**30
_ENORMOUS = "That comes to more than 10³⁰. Check the exponents."
_A_SHAPE = "A shape is a list of sizes: (None, 25, 256)."

#: Signs as people write them, and as Python does.
_PYTHON = str.maketrans({**dict.fromkeys("·×⋅∙∗", "*"), **dict.fromkeys("−\u2013", "-"), "÷": "/", "^": "**"})
_PYTHON |= str.maketrans({"²": "**2", "³": "**3"})
#: An x between two numbers, with or without spaces; in 0x10 it is something else.
_TIMES = re.compile(r"(?<=[\d)])(?<!\b0)\s*[xX]\s*(?=[\d(])", re.ASCII)
_REST = r"(?P<name>[^\W\d]\w*)|(?P<sign>\*\*|//|[-+*/%(),\[\]])|[\s\u00a0\u202f]+"
_IN_SHAPES = re.compile(rf"(?P<number>\d+(?:\.\d+)?)|{_REST}", re.ASCII)
_TOKENS = re.compile(rf"(?P<number>{_GROUPED.pattern}(?!\d)|\d+(?:\.\d+)?(?:[eE]\+?\d+)?)|{_REST}", re.ASCII)

_OPERATIONS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda one, other: Fraction(one) / other,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_COMPARISONS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda one, other: one in other,
}


def read(text: str, names: Mapping[str, int] = {}, *, shape: bool = False) -> int | tuple[int | None, ...]:
    """The number that was typed; or the shape, if one is asked for.

    Args:
        text: such as ``197,120``, ``4·128·(128+256+1)``, ``4 x 128 x 385`` or ``(None, 25, 128)``.
        names: the sizes that may be called by their names, such as those of a formula.
        shape: whether a shape is asked for; commas stand between its sizes then.

    Raises:
        ValueError: it is neither, or can be read in two ways. The message is a sentence to the learner.
    """
    text = text.strip()
    if not text:
        raise ValueError(_A_SHAPE if shape else "Type a number, or some arithmetic such as `4*128*385`.")
    if not shape and ", " not in text:
        typed = whole(text)
        if typed.number is not None:
            return int(_bounded(typed.number))
        _ask(typed)
        text = re.sub(r"^(\d+),(\d\d?)$", r"\1.\2", text)
    answer = _Answer(text, names, shape=shape).read()
    if shape != isinstance(answer, tuple):
        raise ValueError(_A_SHAPE if shape else "That's a shape. This question asks for one number.")
    for one in answer if isinstance(answer, tuple) else (answer,):
        if isinstance(one, Fraction):
            kind = "size" if shape else "count"
            raise ValueError(f"That comes to {round(float(one), 3):,}. A {kind} is a whole number.")
        if not isinstance(one, int) and not (shape and one is None):
            raise ValueError(_cannot(text))
    return answer  # type: ignore[no-any-return]


def evaluate(text: str, names: Mapping[str, Any]) -> Any:
    """The value of an expression in a lesson's step, over the names given.

    It may have numbers, strings, tuples; ``+ - * / // % **``; comparisons, ``and``, ``or``, ``not``, ``… if … else …``;
    items and slices, attributes, and calls, of what the names stand for.

    Raises:
        ValueError: it has something else in it, or a name that is not given.
    """
    try:
        return _Expression(text, names).value(ast.parse(text.strip(), mode="eval").body)
    except SyntaxError:
        raise ValueError(_cannot(text)) from None


def _ask(typed: Typed) -> None:
    """Asks what was meant, where that is not certain; 2.5 is certain, though it is not whole."""
    if len(typed.meant) == 2 and not re.fullmatch(r"\d+[.,]\d\d?", typed.text):
        raise ValueError(f'Is "{_short(typed.text)}" {typed.meant[0]}, or {typed.meant[1]}? Type one of the two.')
    if len(typed.meant) == 1:
        raise ValueError(f'Is "{_short(typed.text)}" {typed.meant[0]}? Then type it like that.')


def _short(text: str) -> str:
    """The text on one line, and short enough for a sentence."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text[:_SHOWN])
    return plain if len(text) <= _SHOWN else f"{plain[:-1]}…"


def _cannot(text: str) -> str:
    return f'I can\'t read "{_short(text)}". Use digits, `+ - * /` and parentheses.'


def _bounded(value: Any) -> Any:
    """The value; a whole number, where it comes to one; refused if it is larger than any count."""
    if not isinstance(value, int | Fraction):
        return value
    if max(abs(value.numerator), value.denominator) > _LARGEST:
        raise ValueError(_ENORMOUS)
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def _power(base: Any, exponent: Any) -> Any:
    largest = max(abs(base.numerator), base.denominator)
    if not isinstance(exponent, int):
        raise TypeError
    if largest > 1 and largest.bit_length() * abs(exponent) > 2 * _LARGEST.bit_length():
        raise ValueError(_ENORMOUS)
    return Fraction(base) ** exponent


class _Answer:
    """Arithmetic as a learner types it."""

    def __init__(self, text: str, names: Mapping[str, Any], *, shape: bool = False) -> None:
        self.text, self.names, self.shape = text, names, shape

    def read(self) -> Any:
        try:
            return self.value(ast.parse(" ".join(self._tokens()), mode="eval").body)
        except ZeroDivisionError:
            raise ValueError("That divides by zero.") from None
        except (SyntaxError, TypeError, RecursionError, MemoryError):
            raise ValueError(_cannot(self.text)) from None

    def _tokens(self) -> Iterator[str]:
        """What was typed, piece by piece, as Python writes it."""
        if len(self.text) > _LONGEST:
            raise SyntaxError
        plain, place, ends = _TIMES.sub("*", self.text.translate(_PYTHON)), 0, False
        while place < len(plain):
            found = (_IN_SHAPES if self.shape else _TOKENS).match(plain, place)
            if found is None:
                raise SyntaxError
            place = found.end()
            name, number, sign = found["name"], found["number"], found["sign"]
            if ends and name in ("x", "X") and name not in self.names:
                name, sign = None, "*"
            if ends and (name or sign == "("):
                yield "*"  # 4(128 + 1)
            if token := _number(number) if number else name or sign:
                yield token
                ends = bool(number or name) or sign == ")"

    def value(self, node: ast.AST) -> Any:
        """What it comes to.

        Raises:
            ValueError: it is not among what may stand there. The message is a sentence to the learner.
        """
        match node:
            case ast.Constant(value=value) if value is None or type(value) is int:
                return _bounded(value)
            case ast.Name(id=name):
                return self._named(name)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                return tuple(map(self.value, parts))
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
                value = self.value(operand)
                return -value if isinstance(sign, ast.USub) else value
            case ast.BinOp(left=left, op=op, right=right):
                one, other = self.value(left), self.value(right)
                sums = isinstance(op, ast.Add) and isinstance(one, tuple) and isinstance(other, tuple)
                # A tuple times a large number would fill the memory.
                if sums or (isinstance(one, int | Fraction) and isinstance(other, int | Fraction)):
                    operation = _power if isinstance(op, ast.Pow) else _OPERATIONS.get(type(op))
                    if operation is not None:
                        return _bounded(operation(one, other))
        raise ValueError(_cannot(self.text))

    def _named(self, name: str) -> Any:
        if self.shape and name.lower() in ("none", "batch"):
            return None
        if name not in self.names:
            known = f", or names from the formula: {', '.join(self.names)}" if self.names else ""
            raise ValueError(f'I don\'t know "{_short(name)}". Use numbers only{known}.')
        return self.names[name]


class _Expression(_Answer):
    """The same, and what else a lesson's step needs to ask a built layer."""

    def value(self, node: ast.AST) -> Any:
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Compare(left=left, ops=signs, comparators=others) if {*map(type, signs)} <= _COMPARISONS.keys():
                values = [self.value(one) for one in (left, *others)]
                compared = zip(signs, values, values[1:], strict=False)
                return all(_COMPARISONS[type(sign)](one, other) for sign, one, other in compared)
            case ast.BoolOp(op=joint, values=parts):
                wanted = isinstance(joint, ast.Or)
                return next((wanted for part in parts if bool(self.value(part)) is wanted), not wanted)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return not self.value(operand)
            case ast.IfExp(test=test, body=body, orelse=other):
                return self.value(body if self.value(test) else other)
            case ast.Subscript(value=of, slice=ast.Slice(lower=low, upper=high, step=None)):
                return self.value(of)[slice(*(one and self.value(one) for one in (low, high)))]
            case ast.Subscript(value=of, slice=place):
                return self.value(of)[self.value(place)]
            case ast.Attribute(value=of, attr=name) if not name.startswith("_"):
                return getattr(self.value(of), name)
            case ast.Call(func=ast.Name() | ast.Attribute() as function, args=given, keywords=named) if all(
                one.arg for one in named
            ):
                by_name = {str(one.arg): self.value(one.value) for one in named}
                return self.value(function)(*map(self.value, given), **by_name)
        return super().value(node)


def _number(text: str) -> str:
    """A number within arithmetic, as Python writes it exactly."""
    digits, _, power = re.sub(rf"[{_SIGNS}]", "", text).lower().partition("e")
    if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", digits) and not power:
        _ask(whole(digits))
    if int(power[:9] or 0) > len(str(_LARGEST)):
        raise ValueError(_ENORMOUS)
    exact = Fraction(digits) * 10 ** int(power or 0)
    return f"({exact})" if exact.denominator > 1 else str(exact)
