"""Why a job failed. The queue keeps only that it did; the worker writes the reason here."""

from __future__ import annotations

from django.db import models


class Failure(models.Model):
    """One failed try of one job: the error's code and facts, so that the sentence is made for the reader."""

    job_id = models.BigIntegerField()
    task_name = models.CharField(max_length=128)
    attempt = models.PositiveIntegerField()
    failed_at = models.DateTimeField(db_index=True)
    code = models.CharField(max_length=80, blank=True, default="")  # empty for an error that nobody foresaw
    facts = models.JSONField(default=dict)
    error = models.CharField(max_length=120)  # the class of the error
    trace = models.TextField(blank=True, default="")  # its last lines, for who mends the program

    class Meta:
        indexes = [models.Index(fields=["job_id", "-failed_at"], name="failure_of_job")]

    def __str__(self) -> str:
        return f"{self.job_id} {self.code or self.error}"
