"""What the detectors found in a recording. Rows of one run are replaced together when a newer version runs."""

from __future__ import annotations

from django.db import models

from siyanat.evidence import models as evidence


class Run(models.Model):
    """One analysis of one recording: which detectors, versions and parameters; what was seen and what failed."""

    recording = models.ForeignKey(evidence.Recording, on_delete=models.PROTECT, related_name="runs")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    is_current = models.BooleanField(default=False)
    failure = models.CharField(max_length=200, blank=True, default="")  # a code; empty when it finished
    detectors = models.JSONField(default=list)  # [{name, version, parameters, frames_seen, frames_failed}]
    duration_ms = models.BigIntegerField(default=0)
    reached_ms = models.BigIntegerField(default=0)  # media time that the pass has come to

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recording"], condition=models.Q(is_current=True), name="run_current_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["-started_at"], name="run_under_way", condition=models.Q(finished_at__isnull=True)
            ),
            models.Index(fields=["failure"], name="run_failed", condition=~models.Q(failure="")),
        ]

    def __str__(self) -> str:
        return f"{self.recording_id}"


class Finding(models.Model):
    """A stretch of one recording in which one detector saw something. Times from the recording's start, end exclusive."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="findings")
    recording = models.ForeignKey(evidence.Recording, on_delete=models.PROTECT, related_name="findings")
    detector = models.CharField(max_length=32)
    version = models.CharField(max_length=16)
    kind = models.CharField(max_length=32)
    starts_ms = models.BigIntegerField()
    ends_ms = models.BigIntegerField()
    score = models.FloatField()  # 0..1
    evidence = models.JSONField(default=dict)  # measured figures behind the score

    class Meta:
        indexes = [models.Index(fields=["recording", "starts_ms"], name="finding_recording_time")]

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_ms}"


class Track(models.Model):
    """One value a second (0..255) of one measure of a recording, drawn under the review's timeline."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="tracks")
    recording = models.ForeignKey(evidence.Recording, on_delete=models.PROTECT, related_name="tracks")
    name = models.CharField(max_length=24)  # level, speech, motion, lens, raised_voice
    values = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.recording_id} {self.name}"
