"""The flow diagram: shapes, axes' names and counts, legible at every size; chains, and models that branch."""

from __future__ import annotations

from itertools import combinations, pairwise, product

import pytest
from configurations import examples
from hypothesis import HealthCheck, given, settings
from legible import assert_legible
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from models import models

import tutor
from tutor.ledgers.ledger import Ledger, Row
from tutor.pictures.figure import figure
from tutor.pictures.flow import flow_scene
from tutor.pictures.flow.branches import FOLDED_TO, branches_scene
from tutor.pictures.flow.chain import MOST_LAYERS, MOST_TENSORS
from tutor.pictures.scene import Box, Label, Wire

SIZES = [1, 9, 128, 4096, 100_000, 10**9]
LONG_NAME = "a_name_of_forty_letters_for_a_layer_no_12"


def stacks(size):
    """One of each: single layers, the article's models, several outputs, a chain of several rows."""
    yield tutor.Dense(size).build((None, size))
    yield tutor.Dense(size).build((size, 25, 16, size))
    yield tutor.Embedding(size, size).build((None, size))
    yield tutor.LSTM(size, return_state=True, return_sequences=True, name=LONG_NAME).build((None, None, size))
    embedding = tutor.Embedding(size, size, name=LONG_NAME)
    for layer in (tutor.LSTM(size), tutor.GRU(size, return_state=True), tutor.SimpleRNN(size, return_sequences=True)):
        yield tutor.Sequential([embedding, layer]).build((None, size))
    chain = [embedding, *[tutor.LSTM(size, return_sequences=True) for _ in range(3)], tutor.Dense(size, name="a" * 40)]
    yield tutor.Sequential(chain).build((size, size))
    yield branching(size)


def ledger(rows):
    return Ledger(input_shape=rows[0].input_shape, output_shape=rows[-1].output_shape, rows=rows)


def branching(size):
    joined = ((None, size),) * 6
    rows = (
        Row("left/dense", "Dense", (None, size), (None, size), None, size * (size + 1), 0),
        Row("concatenate", "Concatenate", joined, (None, 6 * size), None, 0, 0),
    )
    return ledger(rows)


def images():
    rows = (
        Row("conv2d", "Conv2D", (None, 100, 95, 3), (None, 50, 94, 55), None, 1045, 1045),
        Row("max_pooling2d", "MaxPooling2D", (None, 50, 94, 55), (None, 25, 47, 55), None, 0, 0),
        Row("flatten", "Flatten", (None, 25, 47, 55), (None, 64625), None, 0, 0),
    )
    return ledger(rows)


def every_subject():
    deep = tutor.Sequential([tutor.Dense(64) for _ in range(100)]).build((None, 64))
    return [*(subject for size in SIZES for subject in stacks(size)), images(), deep]


def labels(scene):
    return {item.id: item.text for item in scene.items if isinstance(item, Label)}


def axes(scene, tensor):
    words = labels(scene)
    return [text for name, text in words.items() if name.startswith(f"{tensor}/axis-")]


def boxes(scene, fill):
    return [item for item in scene.items if isinstance(item, Box) and item.fill == fill]


def test_the_articles_embedding_and_lstm():
    scene = flow_scene(tutor.Sequential([tutor.Embedding(1000, 256), tutor.LSTM(128)]).build((None, 25)))
    words = labels(scene)
    assert [words[f"{tensor}/shape"] for tensor in ("input-0-0", "output-0-0", "output-1-0")] == [
        "(None, 25)",
        "(None, 25, 256)",
        "(None, 128)",
    ]
    assert [words[f"layer-{place}/kind"] for place in (0, 1)] == ["Embedding", "LSTM"]
    assert [words[f"layer-{place}/name"] for place in (0, 1)] == ["embedding", "lstm"]
    assert [words[f"layer-{place}/count"] for place in (0, 1)] == ["256,000 parameters", "197,120 parameters"]
    assert axes(scene, "input-0-0") == ["batch", "sequence length"]
    assert axes(scene, "output-0-0") == ["batch", "sequence length", "features"]
    assert axes(scene, "output-1-0") == ["batch", "units"]
    assert words["note-0"] == "None: any number of examples in the batch."
    assert words["note-1"] == "453,120 parameters in all."


@pytest.mark.parametrize(
    ("built", "read", "made"),
    [
        (tutor.Dense(32).build((None, 784)), ["batch", "features"], ["batch", "units"]),
        (
            tutor.Dense(10).build((None, 218, 218, 3)),
            ["batch", "height", "width", "features"],
            ["batch", "height", "width", "units"],
        ),
        (
            tutor.Embedding(1024, 256).build((None, 25)),
            ["batch", "sequence length"],
            ["batch", "sequence length", "units"],
        ),
        (
            tutor.GRU(128, return_sequences=True).build((None, 25, 256)),
            ["batch", "sequence length", "features"],
            ["batch", "sequence length", "units"],
        ),
    ],
    ids=repr,
)
def test_names_of_axes(built, read, made):
    scene = flow_scene(built)
    assert axes(scene, "input-0-0") == read
    assert axes(scene, "output-0-0") == made


def test_images_have_height_width_and_channels():
    scene = flow_scene(images())
    assert axes(scene, "input-0-0") == ["batch", "height", "width", "channels"]
    assert axes(scene, "output-1-0") == ["batch", "height", "width", "channels"]
    assert axes(scene, "output-2-0") == ["batch", "features"]
    assert labels(scene)["layer-1/count"] == "no parameters"


def test_a_layer_after_a_permutation_does_not_guess():
    rows = (
        Row("permute", "Permute", (None, 25, 8), (None, 8, 25), None, 0, 0),
        Row("dense", "Dense", (None, 8, 25), (None, 8, 4), None, 104, 104),
    )
    assert axes(flow_scene(ledger(rows)), "output-1-0") == ["batch", "axis 1", "units"]


def test_each_state_has_a_box_and_a_name():
    scene = flow_scene(tutor.LSTM(128, return_state=True, return_sequences=True).build((None, 25, 256)))
    words = labels(scene)
    assert [words[f"output-0-{place}/title"] for place in range(3)] == ["output", "state h", "state c"]
    assert [words[f"output-0-{place}/shape"] for place in range(3)] == ["(None, 25, 128)", "(None, 128)", "(None, 128)"]


def test_none_is_explained_where_there_is_one():
    known, open_ended = tutor.Dense(4).build((32, 3)), tutor.LSTM(4).build((None, None, 3))
    assert labels(flow_scene(known))["note-0"] == ""
    assert labels(flow_scene(open_ended))["note-0"] == (
        "None: any number of examples in the batch, any sequence length."
    )


def test_a_long_model_is_folded_in_the_middle_and_loses_no_parameter():
    layers = [tutor.Dense(64) for _ in range(100)]
    scene = flow_scene(tutor.Sequential(layers).build((None, 64)))
    words = labels(scene)
    drawn = boxes(scene, "cell")
    (fold,) = [box for box in drawn if box.dashed]
    assert len(drawn) == MOST_LAYERS + 1
    assert words[f"{fold.id}/kind"] == "70 more layers"
    counts = [int(words[f"{box.id}/count"].split()[0].replace(",", "")) for box in drawn]
    assert sum(counts) == 100 * 64 * 65


def test_a_model_that_branches_shows_no_flow_that_is_not_there():
    scene = flow_scene(branching(5))
    words = labels(scene)
    assert "no simple chain" in words["note-2"]
    assert words["input-1-more"] == f"and {6 - MOST_TENSORS} more tensors"
    rows = {box.id: box.y for box in boxes(scene, "cell")}
    between = [wire for wire in scene.items if isinstance(wire, Wire) and wire.points[0][1] < rows["layer-1"] - 1]
    assert {wire.id for wire in between} == {"wire-0", "wire-0-out-0"}


def test_a_model_without_layers_says_so():
    assert "No layer of this model" in flow_scene(Ledger((None, 4), (None, 4), ())).alt


@pytest.fixture(scope="module", params=every_subject(), ids=lambda subject: type(subject).__name__)
def drawn(request):
    """A scene, and where matplotlib sets each of its texts: font size, left, top, right, bottom in points."""
    scene = flow_scene(request.param)
    picture = figure(scene)
    picture.set_dpi(288)  # fine enough that no glyph is widened to whole pixels
    renderer = FigureCanvasAgg(picture).get_renderer()
    dots = picture.bbox.height / scene.height
    texts = {}
    for text in picture.findobj(Text):
        if text.get_gid() and text.get_text().strip():
            extent = text.get_window_extent(renderer)
            top, bottom = scene.height - extent.y1 / dots, scene.height - extent.y0 / dots
            texts[text.get_gid()] = (text.get_fontsize(), extent.x0 / dots, top, extent.x1 / dots, bottom)
    return scene, texts


def apart(one, other):
    """Whether two rectangles (left, top, right, bottom) have no point in common."""
    return one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1]


def edges(box):
    return (box.x, box.y, box.x + box.width, box.y + box.height)


@pytest.mark.sampled
def test_text_is_on_the_page_legible_and_apart_from_other_text(drawn):
    scene, texts = drawn
    for name, (size, left, top, right, bottom) in texts.items():
        assert size > 7.49, name
        assert left >= 0, name
        assert top >= 0, name
        assert right <= scene.width, name
        assert bottom <= scene.height, name
    for one, other in combinations(texts, 2):
        assert apart(texts[one][1:], texts[other][1:]), (one, other)


@pytest.mark.sampled
def test_words_stay_within_their_boxes_and_out_of_others(drawn):
    scene, texts = drawn
    placed = boxes(scene, "cell") + boxes(scene, "tensor")
    for one, other in combinations(placed, 2):
        assert apart(edges(one), edges(other)), (one.id, other.id)
    for box in placed:
        left, top, right, bottom = edges(box)
        for name, (_, *extent) in texts.items():
            inside = left < extent[0] and top < extent[1] and extent[2] < right and extent[3] < bottom
            assert inside or apart(extent, edges(box)), (name, box.id)


def test_wires_end_at_boxes_and_touch_no_words(drawn):
    scene, texts = drawn
    placed = boxes(scene, "cell") + boxes(scene, "tensor")
    for wire in (item for item in scene.items if isinstance(item, Wire)):
        x, y = wire.points[-1]
        assert any(abs(box.x - x) < 1e-6 and box.y <= y <= box.y + box.height for box in placed), wire.id
        assert all(0 < x < scene.width and 0 < y < scene.height for x, y in wire.points), wire.id
        for (x0, y0), (x1, y1) in pairwise(wire.points):
            leg = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
            for name, (_, *extent) in texts.items():
                assert apart(leg, extent), (wire.id, name)


def test_a_move_of_the_sliders_changes_numbers_only():
    for scenes in zip(*(map(flow_scene, stacks(size)) for size in SIZES), strict=True):
        assert len({scene.structure for scene in scenes}) == 1
        assert len({(scene.width, scene.height) for scene in scenes}) == 1


def test_the_words_say_what_the_picture_shows():
    alt = flow_scene(tutor.Dense(32).build((None, 784))).alt
    assert alt == (
        "The flow of tensors. Dense dense, 25,120 parameters, turns (None, 784) (batch None, features 784) into "
        "(None, 32) (batch None, units 32). None: any number of examples in the batch."
    )


def skipping(size=16, blocks=2):
    """Convolutions that wires lead past, as in a residual network."""
    image = tutor.Input((32, 32, 3), name="image")
    seen = tutor.Conv2D(size, 3, padding="same")(image)
    for _ in range(blocks):
        inner = tutor.BatchNormalization()(tutor.Conv2D(size, 3, padding="same")(seen))
        seen = tutor.Add()([tutor.Conv2D(size, 3, padding="same")(inner), seen])
    return tutor.Model(image, tutor.Dense(size)(tutor.GlobalAveragePooling2D()(seen)))


def used_again():
    """A layer on what another one made of what it made itself."""
    numbers, again = tutor.Input((4,), name="numbers"), tutor.Dense(4, name="again")
    return tutor.Model(numbers, again(tutor.Dense(4, name="between")(again(numbers))))


def compared():
    """One model on two pictures."""
    left, right = tutor.Input((28, 28, 1), name="left"), tutor.Input((28, 28, 1), name="right")
    encoder = tutor.Sequential([tutor.Conv2D(8, 3), tutor.Flatten(), tutor.Dense(16)], name="encoder")
    both = tutor.Concatenate()([encoder(left), encoder(right)])
    return tutor.Model([left, right], tutor.Dense(1, name="same")(both))


def translating(size=128):
    """States of one recurrent layer, with which another one begins."""
    question, answer = tutor.Input((25,), name="question"), tutor.Input((20,), name="answer")
    _, *states = tutor.LSTM(size, return_state=True)(tutor.Embedding(size, size)(question))
    said = tutor.LSTM(size, return_sequences=True)(tutor.Embedding(size, size)(answer), initial_state=states)
    return tutor.Model([question, answer], [tutor.Dense(size)(said), *states])


GRAPHS = {
    "video question answering": tutor.video_question_answering,
    "visual question answering": tutor.visual_question_answering,
    "skip connections": skipping,
    "a layer used again": used_again,
    "a model used twice": compared,
    "states and several outputs": translating,
}


@pytest.fixture(scope="module", params=GRAPHS.values(), ids=GRAPHS)
def graph(request):
    """A ledger that branches, and its scene."""
    made = request.param().ledger
    return made, flow_scene(made)


def solid(scene):
    """The boxes of what enters, of layers and of what leaves, by id."""
    return {item.id: item for item in scene.items if isinstance(item, Box) and not item.id.startswith("frame-")}


def frames(scene):
    return {item.id: item for item in scene.items if isinstance(item, Box) and item.id.startswith("frame-")}


def connections(made):
    """What reads what, from the ledger alone, as ids of wires."""
    ids = {name: f"input-{number}" for number, name in enumerate(made.inputs)}
    ids |= {row.path: f"layer-{number}" for number, row in enumerate(made.rows)}
    read = {f"wire-{ids[source]}-{ids[row.path]}" for row in made.rows for source in row.inputs}
    return read | {f"wire-{ids[source]}-output-{number}" for number, source in enumerate(made.outputs)}


def legs(wire):
    for (x0, y0), (x1, y1) in pairwise(wire.points):
        yield (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def within(inner, outer):
    return inner[0] > outer[0] and inner[1] > outer[1] and inner[2] < outer[2] and inner[3] < outer[3]


def assert_wires_lead_from_box_to_box(made, scene):
    """Every connection is drawn, and nothing else; each wire goes around the boxes between."""
    placed = solid(scene)
    wires = {item.id: item for item in scene.items if isinstance(item, Wire)}
    assert set(wires) == connections(made)
    starts = {name: name.removeprefix("wire-").rsplit("-", 2)[0] for name in wires}
    for name, wire in wires.items():
        source, reader = placed[starts[name]], placed[name.removeprefix(f"wire-{starts[name]}-")]
        (x, y), (end_x, end_y) = wire.points[0], wire.points[-1]
        assert (y, end_y) == pytest.approx((source.y + source.height, reader.y))
        assert source.x < x < source.x + source.width
        assert reader.x < end_x < reader.x + reader.width
        for leg in legs(wire):
            for box in placed.values():
                left, top, right, bottom = edges(box)
                assert apart(leg, (left + 0.01, top + 0.01, right - 0.01, bottom - 0.01)), (name, box.id)
    for one, other in combinations(wires, 2):
        if starts[one] != starts[other]:
            for leg, second in product(legs(wires[one]), legs(wires[other])):
                are_parallel = (leg[0] == leg[2]) == (second[0] == second[2])
                assert not are_parallel or apart(leg, second), (one, other)


def assert_well_laid_out(made, scene):
    """All is on the page, no box lies on another, and each frame holds the layers of its model alone."""
    assert_wires_lead_from_box_to_box(made, scene)
    placed = solid(scene)
    for item in scene.items:
        points = item.points if isinstance(item, Wire) else [(item.x, item.y)]
        assert all(0 < x < scene.width and 0 < y < scene.height for x, y in points), item.id
    for one, other in combinations(placed.values(), 2):
        assert apart(edges(one), edges(other)), (one.id, other.id)
    for one, other in combinations(map(edges, frames(scene).values()), 2):
        assert within(one, other) or within(other, one) or apart(one, other)
    for name, frame in frames(scene).items():
        for number, row in enumerate(made.rows):
            belongs = row.path.startswith(f"{name.removeprefix('frame-')}/")
            box = edges(placed[f"layer-{number}"])
            assert within(box, edges(frame)) if belongs else apart(box, edges(frame)), (row.path, name)


def test_a_graph_is_well_laid_out_and_legible(graph):
    made, scene = graph
    assert_well_laid_out(made, scene)
    assert_legible(scene, smallest=8.99)


def test_a_graph_has_each_layer_with_its_kind_name_and_count(graph):
    made, scene = graph
    words = labels(scene)
    for number, row in enumerate(made.rows):
        assert words[f"layer-{number}/kind"] == row.kind
        assert words[f"layer-{number}/name"].split(", ")[0] == row.path.split("/")[-1]
        assert words[f"layer-{number}/count"].split()[0] == f"{row.count:,}"
        assert row.path in scene.alt


def test_a_graphs_shapes_are_the_ledgers(graph):
    made, scene = graph
    words = labels(scene)
    for number, shape in enumerate(made.inputs.values()):
        assert words[f"input-{number}/shape"] == str(shape)
    left = made.output_shape if len(made.outputs) > 1 else (made.output_shape,)
    for number, shape in enumerate(left):
        assert words[f"output-{number}/shape"] == str(shape)
    for number, row in enumerate(made.rows):
        shapes = row.output_shape if isinstance(row.output_shape[0], tuple) else (row.output_shape,)
        beside = [words.get(f"layer-{number}/shape-{place}") for place in range(len(shapes))]
        if any(row.path in other.inputs for other in made.rows):
            assert all(text.endswith(str(shape)) for text, shape in zip(beside, shapes, strict=True))
        else:
            assert not any(beside)  # the output's own box says it


def test_video_question_answering_fits_a_page():
    scene = flow_scene(tutor.video_question_answering().ledger)
    assert scene.width == 652
    assert scene.height < 650
    words = labels(scene)
    assert list(frames(scene)) == ["frame-each_frame/vision", "frame-question_encoder"]
    assert words["frame-each_frame/vision/title"] == "vision"
    assert words["frame-each_frame/vision/each"] == "once for each of 100 frames"
    assert words["frame-question_encoder/title"] == "question_encoder"
    assert words["input-0/axes-0"] == "batch, frames, height, width, channels"
    assert words["input-1/axes-0"] == "batch, sequence length"
    named = {name.split("/")[0]: text for name, text in words.items() if "/axes-" in name and name.startswith("layer")}
    assert named == {
        "layer-10": "batch, frames, features",
        "layer-11": "batch, units",
        "layer-12": "batch, sequence length, features",
        "layer-13": "batch, units",
        "layer-14": "batch, features",
    }
    assert words["output-0/axes-0"] == "batch, units"
    assert words["note-1"] == "169,436,968 parameters in all."


def test_branches_stand_beside_each_other_and_go_down():
    scene = flow_scene(tutor.video_question_answering().ledger)
    placed = solid(scene)
    assert len({placed[name].x for name in ("input-0", "layer-0", "layer-10", "layer-11")}) == 1
    assert len({placed[name].x for name in ("input-1", "layer-12", "layer-13")}) == 1
    assert placed["input-1"].x > placed["input-0"].x + placed["input-0"].width
    assert placed["input-0"].y == placed["input-1"].y
    assert placed["layer-0"].y == placed["layer-12"].y


def test_a_layer_that_is_used_again_says_so_and_is_led_back_to():
    scene = flow_scene(used_again().ledger)
    assert labels(scene)["layer-0/name"] == "again, used 2 times"
    back = next(item for item in scene.items if item.id == "wire-layer-1-layer-0")
    assert back.points[-1][1] < back.points[0][1]
    assert "used 2 times, reads numbers and between" in scene.alt
    assert "Wires that lead back up" in scene.alt


@pytest.mark.sampled
@pytest.mark.parametrize(
    "made",
    [
        lambda size: tutor.video_question_answering(size, 224, size, size, size),
        lambda size: tutor.visual_question_answering(200 + size % 1000, size, size, size, "GlobalAveragePooling2D"),
        skipping,
        translating,
    ],
    ids=["video question answering", "visual question answering", "skip connections", "states"],
)
def test_a_move_of_the_sliders_changes_numbers_only_in_a_graph(made):
    scenes = [flow_scene(made(size).ledger) for size in SIZES]
    assert len({scene.structure for scene in scenes}) == 1
    assert len({(scene.width, scene.height) for scene in scenes}) == 1
    for scene in scenes:
        assert_legible(scene, smallest=7.4)


def test_a_large_graph_is_folded_and_loses_no_parameter():
    made = skipping(blocks=40).ledger
    scene = flow_scene(made)
    words, placed = labels(scene), solid(scene)
    layers = [name for name in placed if name.startswith("layer-")]
    assert len(layers) <= FOLDED_TO + 1
    dashed = [name for name in layers if placed[name].dashed]
    assert words[f"{dashed[0]}/kind"] == "3 layers"
    assert words[f"{dashed[0]}/name"] == "conv2d_1 to conv2d_2"
    counts = [int(words[f"{name}/count"].split()[0].replace(",", "")) for name in layers]
    assert sum(counts) == made.total
    drawn_layers = [int(words[f"{name}/kind"].split()[0]) if name in dashed else 1 for name in layers]
    assert sum(drawn_layers) == len(made.rows)
    assert_legible(scene)


@pytest.mark.parametrize("layers", [10, 30, 60])
def test_a_graph_that_cannot_be_folded_is_drawn_while_it_is_small(layers):
    older = entrance = tutor.Input((4,))
    newer = tutor.Dense(4)(entrance)
    for _ in range(layers):
        older, newer = newer, tutor.Dense(4)(tutor.Add()([older, newer]))
    made = tutor.Model(entrance, newer).ledger
    scene = flow_scene(made)
    if layers < 60:
        assert_well_laid_out(made, scene)
    else:
        assert "no simple chain" in scene.alt


@settings(
    max_examples=examples(80), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(models())
def test_any_model_is_well_laid_out(model):
    made = model.ledger
    if made.rows:
        assert_well_laid_out(made, branches_scene(made))


def test_the_words_say_what_the_graph_shows():
    one, other = tutor.Input((3,), name="one"), tutor.Input((5,), name="other")
    model = tutor.Model([one, other], tutor.Concatenate(name="both")([tutor.Dense(2, name="left")(one), other]))
    assert flow_scene(model.ledger).alt == (
        "The model as a graph. Input one: (None, 3) (batch None, features 3). "
        "Input other: (None, 5) (batch None, features 5). "
        "Dense left, 8 parameters, reads one and returns (None, 2) (batch None, units 2). "
        "Concatenate both, 0 parameters, reads left and other and returns (None, 7) (batch None, features 7). "
        "Output, from both: (None, 7) (batch None, features 7). "
        "None: any number of examples in the batch. 8 parameters in all."
    )
