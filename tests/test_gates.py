"""The gate diagram: it says what Keras says, and its every word can be read."""

import itertools
import math
import re

import numpy as np
import pytest
from legible import assert_legible, sizes
from matplotlib.patches import PathPatch
from matplotlib.text import Text
from test_svg import assert_follows

import tutor
from tutor.layers import cells
from tutor.pictures.figure import figure
from tutor.pictures.gates import gate_scene
from tutor.pictures.palette import COLOURS
from tutor.pictures.picture import Picture
from tutor.pictures.scene import Box, Label, Wire

SIZES = (1, 9, 128, 4096, 100_000)
CELLS = {
    "SimpleRNN": tutor.SimpleRNN,
    "LSTM": tutor.LSTM,
    "GRU": tutor.GRU,
    "GRU, reset before": lambda units, **arguments: tutor.GRU(units, reset_after=False, **arguments),
}
every_cell = pytest.mark.parametrize("cell", CELLS)
#: Gaps in wires, which other wires pass over.
CROSSING = ("i-admitted-crossing", "z-kept-crossing", "output-crossing")
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


@pytest.mark.sampled
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
    assert shown["h_old-shape"].text == f"hₜ₋₁ ({units},)"
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
    assert labels(scene)["activated-sign"].text == "softsign"
    assert "hₜ = oₜ ∗ softsign(cₜ)" in texts(scene)


def test_the_two_grus_differ_where_the_reset_gate_works():
    after, before = gate_scene(built("GRU")), gate_scene(built("GRU, reset before"))
    assert "h̃ₜ = tanh(xₜ · kernel + bias[0] + rₜ ∗ (hₜ₋₁ · recurrent_kernel + bias[1]))" in texts(after)
    assert "h̃ₜ = tanh(xₜ · kernel + (rₜ ∗ hₜ₋₁) · recurrent_kernel + bias)" in texts(before)
    assert "[rₜ ∗ hₜ₋₁, xₜ]: 128 + 256 = 384" in texts(before)
    assert not any(text.startswith("[rₜ") for text in texts(after))
    assert "product" in {item.id for item in after.items}
    assert "product" not in {item.id for item in before.items}
    for scene in (after, before):
        assert "hₜ = zₜ ∗ hₜ₋₁ + (1 − zₜ) ∗ h̃ₜ" in texts(scene)


def on_edge(point, item):
    x, y = point
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


def computed(layer, inputs, weights):
    """What the declaration comes to, value by value: one timestep on a single example, in NumPy."""
    kernel, recurrent, bias = [*weights, None][:3]
    twice = layer.reset_after if hasattr(layer, "reset_after") else False
    first, second = (bias if twice else (0 * bias, bias)) if bias is not None else (0.0, 0.0)
    units = kernel.shape[1] // len(layer.gates)
    parts = {gate.name: slice(place * units, (place + 1) * units) for place, gate in enumerate(layer.gates)}
    gates, steps = ({one.name: one for one in several} for several in (layer.gates, layer.steps))
    functions = {
        "×": lambda a, b: a * b,
        "+": lambda a, b: a + b,
        "1−": lambda a: 1 - a,
        "·": lambda a: a @ recurrent[:, parts["h_tilde"]] + part(second, "h_tilde"),
        "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
        "tanh": np.tanh,
    }

    def part(vector, gate):
        return vector if np.ndim(vector) == 0 else vector[parts[gate]]

    def value(name):
        if name in inputs:
            return inputs[name]
        if name in steps:
            return functions[steps[name].sign](*map(value, steps[name].reads))
        gate = gates[name]
        state = value(gate.state)
        if not cells.multiplies_first(layer) or gate.state == "h_old":
            state = state @ recurrent[:, parts[name]] + part(second, name)
        return functions[gate.activation](inputs["x"] @ kernel[:, parts[name]] + part(first, name) + state)

    return [value(state) for state in layer.states]


@every_cell
@either_bias
def test_the_declared_steps_compute_what_keras_computes(keras, cell, use_bias):
    layer = CELLS[cell](3, use_bias=use_bias)
    reference = eval(layer.code(), {"keras": keras}).cell
    reference.build((None, 2))
    random = np.random.default_rng(0)
    weights = [random.normal(size=weight.shape).astype("float32") for weight in reference.weights]
    reference.set_weights(weights)
    x, *states = (random.normal(size=(1, size)).astype("float32") for size in (2, *[3] * len(layer.states)))
    _, expected = reference(x, states)
    old = {f"{name}_old": state[0] for name, state in zip(layer.states, states, strict=True)}
    ours = computed(layer, {"x": x[0], **old}, weights)
    assert len(ours) == len(expected)
    for one, other in zip(ours, expected, strict=True):
        np.testing.assert_allclose(one, np.asarray(other)[0], atol=1e-5)


@every_cell
def test_steps_read_what_there_is(cell):
    layer = CELLS[cell](3)
    known = {gate.name for gate in layer.gates} | {f"{state}_old" for state in layer.states}
    for step in layer.steps:
        assert set(step.reads) <= known
        assert len(step.reads) == {"×": 2, "+": 2}.get(step.sign, 1)
        known.add(step.name)
    assert set(layer.states) <= known
    assert {gate.state for gate in layer.gates} <= known


@every_cell
def test_a_wire_runs_from_all_that_is_read_to_what_reads_it(cell):
    scene = gate_scene(built(cell))
    items = {item.id: item for item in scene.items}
    for step in CELLS[cell](3).steps:
        for value in step.reads:
            assert on_edge(items[f"{value}-{step.name}"].points[-1], items[step.name])
    for gate in CELLS[cell](3).gates:
        box = items[f"gate-{gate.name}"]
        reading = [wire for wire in items.values() if isinstance(wire, Wire) and on_edge(wire.points[-1], box)]
        apart = cells.multiplies_first(CELLS[cell](3)) and gate.state != "h_old"
        assert len(reading) == (2 if apart else 1)


@pytest.mark.parametrize(
    ("layer", "order"),
    [(tutor.LSTM, ["i", "f", "c_tilde", "o"]), (tutor.GRU, ["z", "r", "h_tilde"]), (tutor.SimpleRNN, ["h"])],
)
def test_gates_and_their_columns_stand_in_keras_order(layer, order):
    items = {item.id: item for item in gate_scene(layer(8).build((None, 5, 4))).items}
    for part in ("gate", "column"):
        boxes = [items[f"{part}-{gate}"] for gate in order]
        assert sorted(boxes, key=lambda box: box.x) == boxes


def test_three_gates_and_a_candidate_and_a_simple_rnn_has_none():
    assert [gate.title.endswith("gate") for gate in tutor.LSTM(3).gates] == [True, True, False, True]
    assert [gate.title.endswith("gate") for gate in tutor.GRU(3).gates] == [True, True, False]
    scene = gate_scene(built("SimpleRNN"))
    assert not [text for text in (*texts(scene), scene.alt) if "gate" in text]


def test_what_gates_and_candidates_compute():
    assert "each gate = σ(xₜ · kernel + hₜ₋₁ · recurrent_kernel + bias)" in texts(gate_scene(built("LSTM")))
    assert "c̃ₜ = tanh(xₜ · kernel + hₜ₋₁ · recurrent_kernel)" in texts(gate_scene(built("LSTM", use_bias=False)))
    assert "each gate = σ(xₜ · kernel + bias[0] + hₜ₋₁ · recurrent_kernel + bias[1])" in texts(gate_scene(built("GRU")))
    assert "hₜ = relu(xₜ · kernel + hₜ₋₁ · recurrent_kernel + bias)" in texts(
        gate_scene(built("SimpleRNN", activation="relu"))
    )


def test_a_cell_by_itself_and_in_an_rnn_is_the_layers():
    def words(layer, shape):
        scene = gate_scene(layer.build(shape))
        return {name: label.text for name, label in labels(scene).items() if not name.startswith("note")}

    whole = words(tutor.LSTM(6), (None, 5, 4))
    assert words(tutor.LSTMCell(6), (None, 4)) == whole
    assert words(tutor.RNN(tutor.LSTMCell(6), return_sequences=True), (None, 5, 4)) == whole
    assert words(tutor.LSTM(6, return_sequences=True, return_state=True), (None, 5, 4)) == whole


@pytest.mark.parametrize(
    ("layer", "shape", "said"),
    [
        (
            tutor.Bidirectional(tutor.LSTM(64)),
            (None, 25, 100),
            (
                "Bidirectional(LSTM): the forward cell, drawn here, and the backward cell each have weights of their "
                "own: 42,240 + 42,240 = 84,480 parameters."
            ),
        ),
        (
            tutor.Bidirectional(tutor.GRU(64), backward_layer=tutor.LSTM(64, go_backwards=True)),
            (None, 25, 100),
            (
                "Bidirectional(GRU, LSTM): the forward cell, drawn here, and the backward cell each have weights of "
                "their own: 31,872 + 42,240 = 74,112 parameters."
            ),
        ),
        (
            tutor.TimeDistributed(tutor.LSTM(64)),
            (None, 7, 25, 100),
            "TimeDistributed(LSTM) has this one cell for all of its timesteps: 42,240 parameters.",
        ),
        (
            tutor.RNN([tutor.LSTMCell(64), tutor.GRUCell(8)]),
            (None, 7, 100),
            (
                "StackedRNNCells(LSTMCell, GRUCell): cell 1, drawn here, and cell 2 each have weights of their own: "
                "42,240 + 1,776 = 44,016 parameters."
            ),
        ),
    ],
)
def test_a_wrapper_shows_the_cell_inside_and_says_what_it_makes_of_it(layer, shape, said):
    wrapped = layer.build(shape)
    scene = gate_scene(wrapped)
    assert labels(scene)["note-0"].text == said
    assert scene.alt.endswith(said)
    assert wrapped.count == int(re.search(r"([\d,]+) parameters\.$", said)[1].replace(",", ""))
    assert_legible(scene, crossing=CROSSING)


@pytest.mark.parametrize(
    ("layer", "shape", "input_shape", "state"),
    [
        (tutor.ConvLSTM2D(64, 3), (None, 7, 32, 32, 3), "(32, 32, 3)", "(30, 30, 64)"),
        (tutor.ConvLSTM1D(4, 3, padding="same"), (None, 7, 32, 3), "(32, 3)", "(32, 4)"),
        (
            tutor.ConvLSTM2D(4, 3, data_format="channels_first", return_sequences=True),
            (None, 7, 3, 9, 9),
            "(3, 9, 9)",
            "(4, 7, 7)",
        ),
        (tutor.Bidirectional(tutor.ConvLSTM2D(4, 3, return_state=True)), (None, 7, 9, 9, 3), "(9, 9, 3)", "(7, 7, 4)"),
    ],
)
def test_a_convolutional_lstm_says_what_is_convolved(layer, shape, input_shape, state):
    scene = gate_scene(layer.build(shape))
    words = labels(scene)
    assert words["x-shape"].text == f"xₜ {input_shape}"
    assert words["h_old-shape"].text == f"hₜ₋₁ {state}"
    assert words["joined-shape"].text.endswith(" channels")
    assert "each gate = σ(conv(xₜ, kernel) + conv(hₜ₋₁, recurrent_kernel) + bias)" in texts(scene)
    assert "slides a kernel over both" in scene.alt
    assert_legible(scene, crossing=CROSSING)


def test_a_convolutional_lstm_of_any_size_can_be_read():
    layer = tutor.ConvLSTM3D(100_000, 3, return_state=True)
    assert_legible(gate_scene(layer.build((None, 7, *[100_000] * 4))), crossing=CROSSING, smallest=5)


@pytest.mark.parametrize("layer", [tutor.Dense(32), tutor.TimeDistributed(tutor.Dense(3))])
def test_a_layer_without_gates_is_refused_with_those_that_have(layer):
    shape = (None, 784) if layer.kind == "Dense" else (None, 25, 784)
    with pytest.raises(ValueError, match=r"must be recurrent, such as SimpleRNN, LSTM and GRU.*got .*Dense"):
        gate_scene(layer.build(shape))
