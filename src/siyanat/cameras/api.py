"""Cameras for programs: docks and stores of the force read and register them here."""

from __future__ import annotations

import datetime as dt

from ninja import Field, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from siyanat.cameras import models, operations, queries, states
from siyanat.roster import api_auth, gates
from siyanat.roster import queries as roster_queries

router = Router(tags=["cameras"])


class CameraOut(Schema):
    """A camera and its last readings."""

    serial: str
    model: str
    firmware: str
    unit: str = Field(alias="unit.code")
    state: str
    battery_percent: int | None
    storage_free_percent: int | None
    clock_drift_ms: int | None
    health_at: dt.datetime | None


class CameraIn(Schema):
    """A camera to be registered; ``unit`` is a code."""

    serial: str
    model: str
    unit: str
    firmware: str = ""


class ReadingsIn(Schema):
    """What a dock read off a camera; drift is camera time less true time."""

    battery_percent: int | None = None
    storage_free_percent: int | None = None
    clock_drift_ms: int | None = None
    firmware: str | None = None
    clock_set: bool = False


@router.get("/", response=list[CameraOut], auth=api_auth.Admitted(*queries.READERS))
@paginate(LimitOffsetPagination)
def list_cameras(request: gates.ViewerRequest, q: str = "", state: str = "", model: str = "") -> object:
    """Cameras of the caller's units."""
    return queries.list_cameras(request.viewer, q=q, state=state, model=model)


@router.get("/{serial}", response=CameraOut, auth=api_auth.Admitted())
def get_camera(request: gates.ViewerRequest, serial: str) -> models.Camera:
    """One camera by its serial."""
    return queries.get_camera(request.viewer, serial)


@router.post("/", response={201: CameraOut}, auth=api_auth.Admitted(*states.KEEPERS))
def register_camera(request: gates.ViewerRequest, body: CameraIn) -> Status[models.Camera]:
    """Register a camera, in stock."""
    unit = gates.get_in_scope(roster_queries.visible_units(request.viewer), code=body.unit.upper())
    new = operations.NewCamera(body.serial, body.model, unit, body.firmware)
    return Status(201, operations.register_camera(viewer=request.viewer, new=new, now=request.now))


@router.post("/{serial}/readings", response=CameraOut, auth=api_auth.Admitted(*states.HANDERS))
def record_readings(request: gates.ViewerRequest, serial: str, body: ReadingsIn) -> models.Camera:
    """Write down what a dock read."""
    camera = queries.get_camera(request.viewer, serial)
    readings = operations.Readings(**body.dict())
    return operations.record_readings(
        viewer=request.viewer, camera=camera, readings=readings, now=request.now
    )


@router.post("/{serial}/return", response=CameraOut, auth=api_auth.Admitted(*states.HANDERS))
def return_camera(request: gates.ViewerRequest, serial: str, body: ReadingsIn) -> models.Camera:
    """Take a camera back at the dock, with its readings."""
    camera = queries.get_camera(request.viewer, serial)
    operations.return_camera(
        viewer=request.viewer, camera=camera, readings=operations.Readings(**body.dict()), now=request.now
    )
    return queries.get_camera(request.viewer, serial)
