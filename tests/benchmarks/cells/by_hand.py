"""What one would write today, without this project: `interact`, a Keras model and its summary, and with pyplot
the cell as the explorer draws it, with the shape on every wire and the weights of every gate."""

import ipywidgets
import keras
import matplotlib.pyplot as plt

FEATURES = 256
GATES = {
    "f": ("forget", "#E69F00"),
    "i": ("input", "#56B4E9"),
    r"\tilde{c}": ("candidate", "#009E73"),
    "o": ("output", "#CC79A7"),
}


def lstm(units):
    model = keras.Sequential([keras.Input((25,)), keras.layers.Embedding(1000, FEATURES), keras.layers.LSTM(units)])
    model.summary()

    state = f"({units},)"
    _, axes = plt.subplots(figsize=(10, 6))

    def arrow(start, end, text=""):
        axes.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": "#0072B2"})
        axes.text((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + 0.1, text, ha="center", fontsize=9)

    arrow((0, 5), (10, 5), f"$c_t$ {state}")
    arrow((0, 2), (1, 2), f"$h_{{t-1}}$ {state}")
    arrow((0, 1.5), (1, 1.5), f"$x_t$ ({FEATURES},)")
    arrow((1, 1.8), (8, 1.8), f"$[h_{{t-1}}, x_t]$: {units} + {FEATURES} = {units + FEATURES}")
    arrow((9, 3.5), (9, 5))
    arrow((9, 2), (10, 2), f"$h_t$ {state}")
    for sign, place in {r"$\times$": (2, 5), "$+$": (5, 5), r"$\otimes$": (5, 4), r"$\tanh$": (9, 4.3)}.items():
        axes.text(*place, sign, ha="center", va="center", bbox={"boxstyle": "circle", "facecolor": "white"})
    for place, (symbol, (name, colour)) in enumerate(GATES.items()):
        x = 2 * place + 1.2
        axes.add_patch(plt.Rectangle((x, 2.3), 1.6, 0.8, facecolor=colour, edgecolor="black"))
        axes.text(x + 0.8, 2.7, f"{name} gate", ha="center", va="center")
        arrow((x + 0.8, 1.8), (x + 0.8, 2.3))
        arrow((x + 0.8, 3.1), (x + 0.8, 4), f"${symbol}_t$ {state}")
        rows = [f"({FEATURES}, {units})", f"({units}, {units})", state, f"{units * (units + FEATURES + 1):,}"]
        for row, text in enumerate(rows):
            axes.text(x + 0.8, 0.9 - 0.35 * row, text, ha="center", fontsize=9)
    for row, name in enumerate(["kernel", "recurrent_kernel", "bias", "parameters"]):
        axes.text(1, 0.9 - 0.35 * row, name, ha="right", fontsize=9)
    axes.set_title(rf"$4 \cdot {units} \cdot ({units} + {FEATURES} + 1) = {4 * units * (units + FEATURES + 1):,}$")
    axes.set_xlim(-1, 10)
    axes.set_ylim(-0.5, 5.5)
    axes.axis("off")
    plt.show()


ipywidgets.interact(lstm, units=ipywidgets.IntSlider(value=300, min=1, max=4096))
