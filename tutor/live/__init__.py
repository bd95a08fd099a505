"""Live Keras: real models, built and summarised in a process of their own.

The kernel stays small and quick, since TensorFlow is never imported into it. All but `tutor.live.worker`,
which runs over there, needs the standard library only.
"""

from tutor.live.client import KerasProcess, Status, shared
from tutor.live.report import Answer, KerasRow, Refusal, Report

__all__ = ["Answer", "KerasProcess", "KerasRow", "Refusal", "Report", "Status", "shared"]
