"""JupyterLab's settings for these lessons; installed with the package, so that `jupyter lab` finds them."""

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

c = get_config()  # noqa: F821

# Containers often run as root, where JupyterLab would refuse to start.
c.ServerApp.allow_root = True

# Rooms without internet: no request for news, no look-up of newer versions.
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"


class PromptConnection(ZMQChannelsWebsocketConnection):
    """A kernel's messages without Nagle's delay: else each step of a slider waits some 40 ms for an acknowledgement."""

    def connect(self) -> object:
        self.websocket_handler.set_nodelay(True)
        return super().connect()


c.ServerApp.kernel_websocket_connection_class = PromptConnection
