"""What was typed: whole numbers as people write them, arithmetic, shapes; and the expressions of a lesson's steps.

All of it goes through Python's parser and a short list of what may stand there, never through ``eval``. No text makes
it compute for long: texts, exponents and results are bounded.
"""

from __future__ import annotations

import ast
import keyword
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

#: The longest text that is read, in characters; the longest that a sentence repeats; and the largest result.
_LONGEST, _SHOWN, _LARGEST = 300, 40, 10**30
_ENORMOUS = "That comes to more than 10³⁰. Check the exponents."
_A_SHAPE = "A shape is a list of sizes: (None, 25, 256)."

#: What stands between groups of three digits; the last three are an apostrophe as printed, and two kinds of space.
_SIGNS = ",_' \u2019\u00a0\u202f"
_GROUPED = rf"\d{{1,3}}(?P<between>[{_SIGNS}])\d{{3}}(?:(?P=between)\d{{3}})*"
#: Signs as people write them, and as Python does.
_PYTHON = str.maketrans({**dict.fromkeys("·×⋅∙∗", "*"), **dict.fromkeys("−\u2013", "-"), "÷": "/", "^": "**"})
_PYTHON |= str.maketrans({"²": "**2", "³": "**3"})
#: An x between two numbers, with or without spaces; in 0x10 it is something else.
_TIMES = re.compile(r"(?<=[\d)])(?<!\b0)\s*[xX]\s*(?=[\d(])", re.ASCII)
_REST = r"(?P<name>[^\W\d]\w*)|(?P<sign>\*\*|//|[-+*/%(),\[\]])|[\s\u00a0\u202f]+"
_IN_SHAPES = re.compile(rf"(?P<number>\d+(?:\.\d+)?)|{_REST}", re.ASCII)
_TOKENS = re.compile(rf"(?P<number>{_GROUPED}(?!\d)|\d+(?:\.\d+)?(?:[eE]\+?\d+)?)|{_REST}", re.ASCII)


class Typed(NamedTuple):
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
    digits = re.sub(r"\D", "", text)
    if re.fullmatch(r"[-−+]?\d+", text, re.ASCII):
        return Typed(text, int(text.replace("−", "-")))
    if re.fullmatch(_GROUPED, text):
        return Typed(text, int(digits))
    if power := re.fullmatch(r"(\d+)[eE]\+?(\d{1,2})", text):
        return Typed(text, int(power[1]) * 10 ** int(power[2]))
    if fraction := re.fullmatch(r"(\d+)[.,](\d+)", text):
        first = int(fraction[1])
        return Typed(text, None, (first, int(digits) if len(fraction[2]) > 2 else first + 1))
    return Typed(text, None, (int(digits),) if re.fullmatch(rf"\d[\d.{_SIGNS}]*", text) else ())


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
    try:
        answer = _value(ast.parse(" ".join(_tokens(text, names, shape)), mode="eval").body, names)
    except ZeroDivisionError:
        raise ValueError("That divides by zero.") from None
    except (KeyError, SyntaxError, TypeError, RecursionError, MemoryError):
        raise _cannot(text) from None
    if shape != isinstance(answer, tuple):
        raise ValueError(_A_SHAPE if shape else "That's a shape. This question asks for one number.")
    for one in answer if shape else (answer,):
        if isinstance(one, Fraction):
            kind = "size" if shape else "count"
            raise ValueError(f"That comes to {round(float(one), 3):,}. A {kind} is a whole number.")
        if not isinstance(one, int) and not (shape and one is None):
            raise _cannot(text)
    return answer  # type: ignore[no-any-return]


def evaluate(text: str, names: Mapping[str, Any]) -> Any:
    """The value of an expression in a lesson's step, over the names given.

    It may have numbers, strings, tuples; ``+ - * / // % **``; comparisons, ``and``, ``or``, ``not``, ``… if … else …``;
    items and slices, attributes, and calls, of what the names stand for.

    Raises:
        ValueError: it has something else in it, or a name that is not given.
    """
    try:
        return _value(ast.parse(text.strip(), mode="eval").body, names)
    except (KeyError, SyntaxError):
        raise _cannot(text) from None


# What is typed, piece by piece


def _tokens(text: str, names: Mapping[str, int], shape: bool) -> Iterator[str]:
    """What was typed, as Python writes it: numbers, names and signs, and nothing else of Python."""
    if len(text) > _LONGEST:
        raise SyntaxError
    plain, place, ends = _TIMES.sub("*", text.translate(_PYTHON)), 0, False
    while place < len(plain):
        found = (_IN_SHAPES if shape else _TOKENS).match(plain, place)
        if found is None:
            raise SyntaxError
        place = found.end()
        name, number, sign = found["name"], found["number"], found["sign"]
        if ends and name in ("x", "X") and name not in names:
            name, sign = None, "*"
        if ends and (name or sign == "("):
            yield "*"  # 4(128 + 1)
        if name and shape and name.lower() in ("none", "batch"):
            name = "None"
        elif name and keyword.iskeyword(name) and name != "None":
            raise SyntaxError
        if token := _number(number) if number else name or sign:
            yield token
            ends = bool(number or name) or sign == ")"


def _number(text: str) -> str:
    """A number within arithmetic, as Python writes it exactly."""
    digits, _, power = re.sub(rf"[{_SIGNS}]", "", text).lower().partition("e")
    if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", digits) and not power:
        _ask(whole(digits))
    if int(power[:9] or 0) > len(str(_LARGEST)):
        raise ValueError(_ENORMOUS)
    exact = Fraction(digits) * 10 ** int(power or 0)
    return f"({exact})" if exact.denominator > 1 else str(exact)


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


def _cannot(text: str) -> ValueError:
    return ValueError(f'I can\'t read "{_short(text)}". Use digits, `+ - * /` and parentheses.')


# What it comes to


def _bounded(value: Any) -> Any:
    """The value; a whole number, where it comes to one; refused if it is larger than any count."""
    if max(abs(value.numerator), value.denominator) > _LARGEST:
        raise ValueError(_ENORMOUS)
    return value.numerator if value.denominator == 1 else value


def _power(base: Any, exponent: Any) -> Any:
    largest = max(abs(base.numerator), base.denominator)
    if not isinstance(exponent, int):
        raise TypeError
    if largest > 1 and largest.bit_length() * abs(exponent) > 2 * _LARGEST.bit_length():
        raise ValueError(_ENORMOUS)
    return Fraction(base) ** exponent


_OPERATIONS: Mapping[type[ast.AST], Callable[..., Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda one, other: Fraction(one) / other,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: _power,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def _value(node: Any, names: Mapping[str, Any]) -> Any:
    """What a part of an expression comes to.

    Raises:
        KeyError, SyntaxError, TypeError: it is not among what may stand there.
        ValueError: a name is unknown, or a number too large. The message is a sentence to the learner.
    """
    if isinstance(node, ast.Constant):
        return _bounded(node.value) if type(node.value) is int else node.value
    if isinstance(node, ast.Name):
        try:
            return names[node.id]
        except KeyError:
            known = f", or names from the formula: {', '.join(names)}" if names else ""
            raise ValueError(f'I don\'t know "{_short(node.id)}". Use numbers only{known}.') from None
    return _PARTS[type(node)](node, lambda part: _value(part, names))


def _calculated(node: Any, of: Callable[[Any], Any]) -> Any:
    one, other = of(node.left), of(node.right)
    if isinstance(node.op, ast.Add) and isinstance(one, tuple):
        return one + other
    if not (isinstance(one, int | Fraction) and isinstance(other, int | Fraction)):
        raise TypeError  # a tuple times a large number would fill the memory
    return _bounded(_OPERATIONS[type(node.op)](one, other))


def _compared(node: Any, of: Callable[[Any], Any]) -> bool:
    values = [of(one) for one in (node.left, *node.comparators)]
    return all(_OPERATIONS[type(op)](*two) for op, *two in zip(node.ops, values, values[1:], strict=False))


def _attribute(node: Any, of: Callable[[Any], Any]) -> Any:
    if node.attr.startswith("_"):
        raise SyntaxError
    return getattr(of(node.value), node.attr)


def _called(node: Any, of: Callable[[Any], Any]) -> Any:
    if not isinstance(node.func, ast.Name | ast.Attribute) or not all(one.arg for one in node.keywords):
        raise SyntaxError
    return of(node.func)(*map(of, node.args), **{one.arg: of(one.value) for one in node.keywords})


#: What may stand in an expression, and what it comes to, by what its parts come to.
_PARTS: Mapping[type[ast.AST], Callable[[Any, Callable[[Any], Any]], Any]] = {
    ast.Tuple: lambda node, of: tuple(map(of, node.elts)),
    ast.List: lambda node, of: tuple(map(of, node.elts)),
    ast.UnaryOp: lambda node, of: _OPERATIONS[type(node.op)](of(node.operand)),
    ast.BinOp: _calculated,
    ast.Compare: _compared,
    ast.BoolOp: lambda node, of: (all if isinstance(node.op, ast.And) else any)(map(of, node.values)),
    ast.IfExp: lambda node, of: of(node.body if of(node.test) else node.orelse),
    ast.Subscript: lambda node, of: of(node.value)[of(node.slice)],
    ast.Slice: lambda node, of: slice(node.lower and of(node.lower), node.upper and of(node.upper)),
    ast.Attribute: _attribute,
    ast.Call: _called,
}
