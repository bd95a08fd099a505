"""JupyterLab's settings wherever the package is installed: what an explorer needs to follow a slider."""

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class PromptConnection(ZMQChannelsWebsocketConnection):
    """A kernel's messages without Nagle's delay: else each step of a slider waits some 40 ms for an acknowledgement."""

    def connect(self) -> object:
        self.websocket_handler.set_nodelay(True)
        return super().connect()


c = get_config()  # noqa: F821
c.ServerApp.kernel_websocket_connection_class = PromptConnection
