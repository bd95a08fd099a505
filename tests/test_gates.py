"""The gate diagram: it says what Keras says, and its every word can be read."""

import itertools
import math

import pytest
from legible import sizes
from matplotlib.patches import PathPatch
from matplotlib.text import Text
from test_svg import assert_follows

import tutor
from tutor.pictures.figure import figure
from tutor.pictures.gates import gate_scene
from tutor.pictures.palette import COLOURS
from tutor.pictures.picture import Picture
from tutor.pictures.scene import Box, Disc, Label, Wire

SIZES = (1, 9, 128, 4096, 100_000)
CELLS = {
    "SimpleRNN": tutor.SimpleRNN,
    "LSTM": tutor.LSTM,
    "GRU": tutor.GRU,
    "GRU, reset before": lambda units, **arguments: tutor.GRU(units, reset_after=False, **arguments),
}
every_cell = pytest.mark.parametrize("cell", CELLS)
either_bias = pytest.mark.parametrize("use_bias", [True, False])


def built(cell, units=128, features=256, **arguments):
    return CELLS[cell](units, **arguments).build((None, 25, features))


def labels(scene):
    return {item.id: item for item in scene.items if isinstance(item, Label)}


def texts(scene):
    return [label.text for label in labels(scene).values()]


def measured(scene):
    """The figure, and its texts' boxes as matplotlib measures them, in pixels."""
    drawn = figure(scene)
    return drawn, {text.get_gid(): text.get_window_extent() for text in drawn.findobj(Text) if text.get_gid()}


@every_cell
@either_bias
def test_no_text_overlaps_another_or_is_clipped(cell, use_bias):
    for units, features in itertools.product(SIZES, SIZES):
        drawn, boxes = measured(gate_scene(built(cell, units, features, use_bias=use_bias)))
        for name, box in boxes.items():
            assert drawn.bbox.x0 <= box.x0 < box.x1 <= drawn.bbox.x1, (name, units, features)
            assert drawn.bbox.y0 <= box.y0 < box.y1 <= drawn.bbox.y1, (name, units, features)
        for (one, first), (other, second) in itertools.combinations(boxes.items(), 2):
            assert not first.overlaps(second), (one, other, units, features)


@every_cell
@pytest.mark.parametrize("size", [1, 100_000])
def test_no_wire_runs_through_a_text(cell, size):
    scene = gate_scene(built(cell, size, size))
    gaps = {item.id for item in scene.items if isinstance(item, Wire) and item.colour in ("paper", "cell")}
    wires = {item.id for item in scene.items if isinstance(item, Wire)} - gaps
    drawn, boxes = measured(scene)
    for patch in drawn.findobj(PathPatch):
        if str(patch.get_gid()).removesuffix("/head") in wires:
            line = patch.get_transform().transform_path(patch.get_path())
            crossed = [name for name, box in boxes.items() if line.intersects_bbox(box, filled=False)]
            assert not crossed, patch.get_gid()


@every_cell
def test_text_is_large_enough_up_to_a_hundred_thousand_and_fits_beyond(cell):
    scene = gate_scene(built(cell, 100_000, 100_000))
    assert min(sizes(scene).values()) >= 7.5
    drawn, boxes = measured(gate_scene(built(cell, 10**9, 10**9)))
    assert all(drawn.bbox.x0 <= box.x0 and box.x1 <= drawn.bbox.x1 for box in boxes.values())
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes.values(), 2))


@pytest.mark.parametrize(
    ("cell", "count", "of_a_gate"),
    [
        ("SimpleRNN", "49,280", "49,280"),
        ("LSTM", "197,120", "49,280"),
        ("GRU", "148,224", "49,408"),
        ("GRU, reset before", "147,840", "49,280"),
    ],
)
def test_the_articles_counts(cell, count, of_a_gate):
    layer = built(cell)
    scene = gate_scene(layer)
    assert texts(scene).count(of_a_gate) == len(layer.gates) + (count == of_a_gate)
    assert count in texts(scene)
    assert count in scene.alt
    assert of_a_gate in scene.alt


@every_cell
@either_bias
@pytest.mark.parametrize(("units", "features"), [(1, 1), (7, 3), (128, 256)])
def test_shapes_and_counts_are_the_built_layers(cell, use_bias, units, features):
    layer = built(cell, units, features, use_bias=use_bias)
    shown = labels(gate_scene(layer))
    for place, weight in enumerate(layer.weights):
        assert shown[f"entry-layer-{place}"].text == str(weight.shape)
        assert f"row-{weight.name}" in shown
        assert math.prod(layer.gate_weights[place].shape) * len(layer.gates) == weight.count
    assert shown[f"entry-layer-{len(layer.weights)}"].text == f"{layer.count:,}"
    for gate in layer.gates:
        assert shown[f"title-{gate.name}"].text == gate.title
        entries = [shown[f"entry-{gate.name}-{place}"].text for place in range(len(layer.weights) + 1)]
        assert entries == [*(str(weight.shape) for weight in layer.gate_weights), f"{layer.gate_formula.value:,}"]
    assert shown["x-shape"].text == f"xₜ ({features},)"
    assert shown["h-old-shape"].text == f"hₜ₋₁ ({units},)"
    assert shown["joined-shape"].text == f"[hₜ₋₁, xₜ]: {units} + {features} = {units + features}"
    assert any("bias" in text for text in texts(gate_scene(layer))) == use_bias


@every_cell
def test_every_gate_is_a_box_of_its_own_colour_with_its_activation(cell):
    layer = built(cell, activation="relu")
    scene = gate_scene(layer)
    boxes = [item for item in scene.items if item.id.startswith("gate-")]
    assert {box.id for box in boxes} == {f"gate-{gate.name}" for gate in layer.gates}
    assert len({box.fill for box in boxes}) == len(layer.gates)
    signs = {gate.name: labels(scene)[f"activation-{gate.name}"].text for gate in layer.gates}
    assert signs == {gate.name: "relu" if gate.activation == "relu" else "σ" for gate in layer.gates}


def test_the_cell_states_activation_is_the_layers():
    scene = gate_scene(built("LSTM", activation="softsign"))
    assert labels(scene)["activate-sign"].text == "softsign"
    assert "hₜ = oₜ ∗ softsign(cₜ)" in texts(scene)


def test_the_two_grus_differ_where_the_reset_gate_works():
    after, before = gate_scene(built("GRU")), gate_scene(built("GRU, reset before"))
    assert "h̃ₜ = tanh(xₜ · kernel + bias[0] + rₜ ∗ (hₜ₋₁ · recurrent_kernel + bias[1]))" in texts(after)
    assert "h̃ₜ = tanh(xₜ · kernel + (rₜ ∗ hₜ₋₁) · recurrent_kernel + bias)" in texts(before)
    assert "[rₜ ∗ hₜ₋₁, xₜ]: 128 + 256 = 384" in texts(before)
    assert not any(text.startswith("[rₜ") for text in texts(after))
    assert "multiply" in {item.id for item in after.items}
    assert "multiply" not in {item.id for item in before.items}
    for scene in (after, before):
        assert "hₜ = zₜ ∗ hₜ₋₁ + (1 − zₜ) ∗ h̃ₜ" in texts(scene)


def on_edge(point, item):
    x, y = point
    if isinstance(item, Disc):
        return math.isclose(math.dist(point, (item.x, item.y)), item.radius)
    if not isinstance(item, Box):
        return False
    left, right, top, bottom = item.x, item.x + item.width, item.y, item.y + item.height
    return (x in (left, right) and top < y < bottom) or (y in (top, bottom) and left < x < right)


@every_cell
def test_arrows_end_at_an_edge_or_leave_the_cell(cell):
    scene = gate_scene(built(cell))
    arrows = [item for item in scene.items if isinstance(item, Wire) and item.arrow]
    inside = [arrow for arrow in arrows if any(on_edge(arrow.points[-1], item) for item in scene.items)]
    frame = next(item for item in scene.items if item.id == "cell")
    states = 2 if cell == "LSTM" else 1
    outside = [arrow for arrow in arrows if arrow not in inside]
    assert len(outside) == states + 1
    for arrow in outside:
        x, y = arrow.points[-1]
        assert x == scene.width - 6 or (x > frame.x + frame.width and y < frame.y)


def luminance(colour):
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    """The contrast of two colours after WCAG 2.2."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def ground(scene, label):
    """The role of the colour under a label's middle."""
    fill = "paper"
    for item in scene.items:
        match item:
            case Box(x=x, y=y, width=width, height=height) if x <= label.x <= x + width and y <= label.y <= y + height:
                fill = item.fill
            case Disc(x=x, y=y, radius=radius) if math.dist((x, y), (label.x, label.y)) <= radius:
                fill = item.fill
    return fill


@every_cell
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(cell, theme):
    scene = gate_scene(built(cell))
    pairs = {(label.colour, ground(scene, label)) for label in labels(scene).values()}
    assert ("on-gate", "gate-candidate") in pairs
    for text, under in pairs:
        assert contrast(getattr(COLOURS[text], theme), getattr(COLOURS[under], theme)) >= 4.5, (text, under)


@every_cell
@either_bias
def test_a_kept_svg_follows_the_sizes(cell, use_bias):
    one, other = (gate_scene(built(cell, *sizes, use_bias=use_bias)) for sizes in ((128, 256), (100_000, 3)))
    assert one.structure == other.structure
    assert_follows(one, other)


@every_cell
def test_the_picture_in_words(cell):
    layer = built(cell)
    alt = gate_scene(layer).alt
    for gate in layer.gates:
        assert gate.title in alt
    for weight in layer.gate_weights:
        assert f"{weight.name} {weight.shape}" in alt
    assert "128 + 256 = 384" in alt
    assert alt.count(". ") >= 5


def test_hostile_names_stay_words():
    def evil():
        return None

    evil.__name__ = "<img src=x onerror=alert(1)>"
    svg = Picture(gate_scene(built("LSTM", name="<script>", activation=evil)))._repr_html_()
    assert "<script" not in svg
    assert "<img" not in svg
    assert "&lt;script&gt;" in svg


def test_a_layer_without_gates_is_refused_with_those_that_have():
    with pytest.raises(ValueError, match=r"Dense has no gates.*SimpleRNN, LSTM and GRU"):
        gate_scene(tutor.Dense(32).build((None, 784)))
