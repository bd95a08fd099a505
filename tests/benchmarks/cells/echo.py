"""The floor: a slider whose value Python writes back to the screen."""

import ipywidgets
from IPython.display import display

slider = ipywidgets.IntSlider(value=300, min=1, max=4096, description="units")
echo = ipywidgets.HTML(value="300")
slider.observe(lambda change: setattr(echo, "value", str(change.new)), "value")
box = ipywidgets.VBox([slider, echo])
box.add_class("bare-echo")
display(box)
