from __future__ import annotations

from django.apps import AppConfig


class PipelineConfig(AppConfig):
    name = "siyanat.pipeline"
    label = "pipeline"

    def ready(self) -> None:
        """Hand the flow table to the queue."""
        from siyanat.jobs import operations
        from siyanat.pipeline import flow

        operations.set_flow(flow.FLOW)
