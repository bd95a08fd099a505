"""Live Keras: real models, built and summarised in a process of their own, which all kernels of a user share.

The kernel stays small and quick, since TensorFlow is never imported into it. All but `tutor.live.worker`,
which runs over there, needs the standard library only.
"""

from tutor.live.asking import Status
from tutor.live.client import KerasProcess
from tutor.live.report import Answer, KerasRow, Lost, Refusal, Report
from tutor.live.shared import SharedKeras, shared

__all__ = ["Answer", "KerasProcess", "KerasRow", "Lost", "Refusal", "Report", "SharedKeras", "Status", "shared"]
