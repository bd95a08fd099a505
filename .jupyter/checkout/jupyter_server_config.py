"""Jupyter's settings for a checkout of this project, and for nobody else's server."""

c = get_config()  # noqa: F821

# Containers often run as root, where Jupyter would refuse to start.
c.ServerApp.allow_root = True
