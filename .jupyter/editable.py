"""What hatchling adds when a checkout is installed as it lies there: the settings in `checkout`."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CheckoutSettings(BuildHookInterface[Any]):
    """An editable install is this checkout's own environment; a wheel goes into anyone's."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            build_data["shared_data"][".jupyter/checkout"] = "etc/jupyter"
