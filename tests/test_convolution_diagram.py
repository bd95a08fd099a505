"""The convolution diagram: Keras's shapes and the article's counts, readable whatever the sizes."""

from __future__ import annotations

import re

import pytest
from legible import assert_legible, texts
from test_svg import assert_follows

import tutor
from tutor.pictures.convolution import MOST_SHEETS, convolution_scene
from tutor.pictures.scene import Box, Wire

every_kind = pytest.mark.parametrize("kind", ["Conv1D", "Conv2D"])


def built(kind, size=28, channels=3, filters=16, kernel=3, **given):
    layer = getattr(tutor, kind)(**{"filters": filters, "kernel_size": kernel, "padding": "same", **given})
    return layer.build((None, *[size] * (1 if "1D" in kind else 2), channels))


def boxes(scene):
    return {item.id: item for item in scene.items if isinstance(item, Box)}


def numbers(text):
    return [int(one.replace(",", "")) for one in re.findall(r"\d[\d,]*", text)]


def sheets_apart(scene, name):
    """How many of the sheets can be told apart."""
    return len({(box.x, box.y) for key, box in boxes(scene).items() if re.fullmatch(rf"{name}/\d+", key)})


@pytest.mark.sampled
@every_kind
@pytest.mark.parametrize("size", [1, 9, 100_000])
def test_every_word_can_be_read(kind, size):
    for channels, filters in ((1, 2), (3, 1), (100_000, 100_000)):
        for kernel in {min(size, 3), size}:
            assert_legible(convolution_scene(built(kind, size, channels, filters, kernel)), smallest=11)


@pytest.mark.sampled
@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 100_000), (100_000, 1), (3, 1000), (1000, 3), (9, 16), (None, 7), (7, None)]
)
@pytest.mark.parametrize("channels", [1, 6, 100_000])
def test_every_word_can_be_read_on_flat_and_tall_and_unknown_images(shape, channels):
    for filters, kernel, strides in ((1, 1, 1), (5, (1, 11), (1, 2)), (64, (30, 2), 3)):
        layer = tutor.Conv2D(filters, kernel, strides=strides, padding="same")
        assert_legible(convolution_scene(layer.build((None, *shape, channels))), smallest=11)


@pytest.mark.parametrize("dilation", [1, 2, 1000])
def test_the_longest_rules_can_be_read(dilation):
    layer = tutor.Conv2D(100_000, 50, dilation_rate=dilation, groups=50_000, use_bias=False)
    assert_legible(convolution_scene(layer.build((None, 100_000, 100_000, 100_000))), smallest=11)


def test_the_follow_ups_two_convolutions():
    first = tutor.Conv2D(55, (3, 2), strides=(2, 1)).build((None, 100, 95, 3))
    words = texts(convolution_scene(first))
    assert words["input/shape"] == "(None, 100, 95, 3)"
    assert words["output/shape"] == "(None, 49, 94, 55)"
    assert words["output height/rule"] == "⌈(height − kernel_height + 1) / stride_height⌉ = ⌈(100 − 3 + 1) / 2⌉ = 49"
    assert words["output width/rule"] == "⌈(width − kernel_width + 1) / stride_width⌉ = ⌈(95 − 2 + 1) / 1⌉ = 94"
    assert words["one-filter/count"] == "one filter: 3 · 2 · 3 + 1 = 19 parameters"
    assert words["layer/count"] == "55 filters · 19 = 1,045 parameters"
    assert words["kernel/first/weights"] == "3 × 2 × 3 weights"

    second = tutor.Conv2D(35, (5, 2), strides=(3, 2), padding="same").build(first.output_shape)
    words = texts(convolution_scene(second))
    assert words["output/shape"] == "(None, 17, 47, 35)"
    assert words["output height/rule"] == "⌈height / stride_height⌉ = ⌈49 / 3⌉ = 17"
    assert words["layer/count"].endswith(" = 19,285 parameters")
    assert first.count + second.count == 20_330


def test_a_filter_is_as_deep_as_its_input():
    for channels in (1, 2, 3, MOST_SHEETS):
        scene = convolution_scene(tutor.Conv2D(5, 3).build((None, 28, 28, channels)))
        assert sheets_apart(scene, "input") == sheets_apart(scene, "kernel/first") == channels
        assert sheets_apart(scene, "kernel/last") == channels
        assert sheets_apart(scene, "output") == 5


def test_groups_share_the_channels_out():
    scene = convolution_scene(tutor.Conv2D(32, 3, groups=2).build((None, 28, 28, 6)))
    assert sheets_apart(scene, "input") == 6
    assert sheets_apart(scene, "kernel/first") == 3
    assert texts(scene)["kernel/first/weights"] == "3 × 3 × 3 weights"
    assert texts(scene)["layer/count"].endswith(" = 896 parameters")
    assert "Each reads 3 of 6 channels" in scene.alt


def test_more_channels_than_are_drawn_are_said_to_be_more():
    scene = convolution_scene(tutor.Conv2D(64, 3).build((None, 224, 224, 3)))
    assert sheets_apart(scene, "output") == MOST_SHEETS - 1  # in place of one there is a gap
    assert texts(scene)["output/channels"] == "64 channels"
    assert "Of more than 8 channels, not all are drawn." in texts(scene)["note-0"]


def test_a_single_filter_is_drawn_once():
    scene = convolution_scene(tutor.Conv2D(1, 3).build((None, 28, 28, 3)))
    assert texts(scene)["filters/title"] == "1 filter"
    assert "kernel/first/0" in boxes(scene)
    assert not [item for item in scene.items if item.id.startswith(("kernel/last", "last/", "filters/between"))]


@every_kind
@pytest.mark.parametrize("use_bias", [True, False])
def test_counts_and_shapes_are_the_built_layers(kind, use_bias):
    layer = built(kind, use_bias=use_bias)
    scene = convolution_scene(layer)
    words = texts(scene)
    assert words["input/shape"] == str(layer.input_shape)
    assert words["output/shape"] == str(layer.output_shape)
    one_filter = numbers(words["one-filter/count"])[-1]
    assert numbers(words["layer/count"]) == [layer.output_shape[-1], one_filter, layer.count]
    assert one_filter * layer.output_shape[-1] == layer.count
    assert words["bias/words"] == ("+ 1 bias" if use_bias else "no bias")
    assert ("bias/first" in boxes(scene)) == use_bias
    assert layer.output_rules
    for axis, rule in layer.output_rules.items():
        assert words[f"output {axis}/rule"] == f"{rule.text} = {rule.numbers} = {rule.value:,}"
    said, _, counted = scene.alt.partition(" Count: ")
    assert numbers(counted)[-1] == layer.count
    assert f"{layer.count:,}" not in said


def test_the_count_does_not_hang_on_the_size_of_the_image():
    small, large = (texts(convolution_scene(tutor.Conv2D(64, 3).build((None, n, n, 3)))) for n in (28, 1024))
    assert small["layer/count"] == large["layer/count"]
    assert small["layer/count"].endswith(" = 1,792 parameters")


def test_unknown_sizes_stay_unknown():
    words = texts(convolution_scene(tutor.Conv2D(64, 3).build((None, None, 224, 3))))
    assert (words["input/sizes"], words["output/sizes"]) == ("height None × width 224", "height None × width 222")
    assert words["output height/rule"] == "None, since the input's height is None"
    assert words["output width/rule"].endswith(" = 222")


def test_channels_first_is_drawn_alike():
    first = tutor.Conv2D(55, (3, 2), data_format="channels_first").build((None, 3, 100, 95))
    words = texts(convolution_scene(first))
    assert (words["input/channels"], words["input/sizes"]) == ("3 channels, a sheet each", "height 100 × width 95")
    assert (words["output/channels"], words["output/sizes"]) == ("55 channels", "height 98 × width 94")


def test_sides_are_on_one_scale_where_they_can_be_seen():
    scene = boxes(convolution_scene(tutor.Conv2D(55, 3, strides=2).build((None, 101, 81, 3))))
    assert scene["input/0"].height / scene["output/0"].height == pytest.approx(101 / 50)
    assert scene["input/0"].width / scene["output/0"].width == pytest.approx(81 / 40)


@every_kind
@pytest.mark.parametrize("use_bias", [True, False])
def test_a_kept_svg_follows_the_sizes(kind, use_bias):
    one, other = (
        convolution_scene(built(kind, use_bias=use_bias, **sizes))
        for sizes in ({"size": 28, "channels": 9, "filters": 16}, {"size": 100_000, "channels": 800, "filters": 64})
    )
    assert one.structure == other.structure
    assert_follows(one, other)


@every_kind
def test_it_fits_a_pane_whatever_the_sizes(kind):
    sizes = [(28, 3, 16, 3), (100_000, 100_000, 100_000, 9), (1, 1, 1, 1), (None, 2, 2, 50)]
    scenes = [convolution_scene(built(kind, *four)) for four in sizes]
    assert {scene.width for scene in scenes} == {760}
    assert len({scene.height for scene in scenes}) == 1
    assert scenes[0].height <= 362


def wires(scene, begin=""):
    return {item.id: item for item in scene.items if isinstance(item, Wire) and item.id.startswith(begin)}


def lit_channels(scene):
    return sorted(int(name.rpartition("-")[2]) for name in boxes(scene) if name.startswith("input/window-"))


def test_one_filter_is_picked_out_and_so_are_its_bias_and_the_channel_that_it_makes():
    scene = boxes(convolution_scene(tutor.Conv2D(5, 3).build((None, 28, 28, 3))))
    lit = {name for name, box in scene.items() if box.fill == "lit-fill"}
    slices = {f"{owner}{place}" for owner in ("input/window-", "kernel/first/") for place in range(3)}
    assert lit == slices | {"bias/first", "output/0"}
    assert {name for name, box in scene.items() if box.fill == "weight"} == {f"kernel/last/{n}" for n in range(3)}


def test_wires_lead_to_the_channels_that_filters_make():
    scene = convolution_scene(tutor.Conv2D(5, 3).build((None, 28, 28, 3)))
    for name, sheet in (("makes/channel", "output/0"), ("last/way-out", "output/4")):
        (x, y), box = wires(scene)[name].points[-1], boxes(scene)[sheet]
        assert x == pytest.approx(box.x)
        assert box.y < y < box.bottom


@pytest.mark.parametrize(("channels", "groups", "read"), [(6, 2, 3), (4, 4, 1), (8, 2, 4), (6, 1, 6)])
def test_wires_run_from_the_channels_of_the_filters_group_alone(channels, groups, read):
    scene = convolution_scene(tutor.Conv2D(2 * groups, 3, groups=groups).build((None, 28, 28, channels)))
    assert lit_channels(scene) == list(range(read))
    windows, placed = [boxes(scene)[f"input/window-{channel}"] for channel in range(read)], boxes(scene)
    led = wires(scene, "reads/")
    assert len(led) == read
    for channel, window in enumerate(windows):
        sheet, (start, end) = placed[f"input/{channel}"], led[f"reads/kernel/first/{channel}"].points
        assert (window.right, window.y) == pytest.approx((sheet.right, sheet.y))
        assert start[0] == pytest.approx(window.right)
        assert end[0] == pytest.approx(placed[f"kernel/first/{channel}"].x)
    (low, _), (high, _) = wires(scene)["last/reads"].points
    spanned = [n for n in range(channels) if low < placed[f"input/{n}"].x - 6 < high]
    assert spanned == list(range(channels - read, channels))


@pytest.mark.parametrize(("channels", "groups"), [(64, 2), (64, 64), (12, 3), (100_000, 1)])
def test_of_many_channels_none_of_another_group_is_lit(channels, groups):
    scene = convolution_scene(tutor.Conv2D(2 * groups, 3, groups=groups).build((None, 28, 28, channels)))
    in_one_filter = [name.rpartition("/")[2] for name in boxes(scene) if name.startswith("kernel/first/")]
    assert lit_channels(scene) == sorted(map(int, in_one_filter))
    assert len(lit_channels(scene)) == len(wires(scene, "reads/"))
    assert (lit_channels(scene)[-1] + 1 == sheets_drawn(scene)) == (groups == 1)


def sheets_drawn(scene):
    """The number of places for channels of the input, gaps among them."""
    return 1 + max(int(name.rpartition("/")[2]) for name in boxes(scene) if re.fullmatch(r"input/\d+", name))


@pytest.mark.parametrize(
    "layer",
    [
        lambda: tutor.Conv3D(8, 3).build((None, 16, 16, 16, 3)),
        lambda: tutor.SeparableConv2D(8, 3).build((None, 16, 16, 3)),
        lambda: tutor.DepthwiseConv2D(3).build((None, 16, 16, 3)),
        lambda: tutor.Conv2DTranspose(8, 3).build((None, 16, 16, 3)),
        lambda: tutor.MaxPooling2D(2).build((None, 16, 16, 3)),
        lambda: tutor.Dense(3).build((None, 4)),
    ],
)
def test_a_layer_that_does_not_fit_is_told_what_does(layer):
    with pytest.raises(ValueError, match=r"the layer must be a Conv1D or a Conv2D; got .* draws the"):
        tutor.convolution_diagram(layer())


def test_it_shows_itself():
    picture = tutor.convolution_diagram(tutor.Conv2D(55, (3, 2), strides=(2, 1)).build((None, 100, 95, 3)))
    assert picture.alt.startswith(
        "Conv2D reads an input of shape (None, 100, 95, 3); its output is (None, 49, 94, 55)."
    )
    assert "<svg" in picture._repr_html_()
