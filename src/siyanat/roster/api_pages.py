"""The addresses of the JSON API: its operations, its OpenAPI description, and a reference page without scripts."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.http import require_safe
from ninja import NinjaAPI, Router

from siyanat.roster import gates


def make_api(routers: dict[str, Router]) -> NinjaAPI:
    """One API of the rooms' routers, by prefix; its own documentation pages are off: they load scripts from elsewhere."""
    api = NinjaAPI(title="Siyanat", version="1", docs_url=None, openapi_url=None, urls_namespace="api")
    for prefix, router in routers.items():
        api.add_router(prefix, router)
    return api


def urlpatterns(api: NinjaAPI) -> list[URLPattern | URLResolver]:
    """What is mounted at ``/api/``."""

    @gates.admit_signed_in
    @require_safe
    def openapi(_request: gates.ViewerRequest) -> HttpResponse:
        return JsonResponse(api.get_openapi_schema())

    @gates.admit_signed_in
    @require_safe
    def reference(request: gates.ViewerRequest) -> HttpResponse:
        return render(request, "roster/api.html", {"operations": _describe(api)})

    return [
        path("openapi.json", openapi, name="openapi"),
        path("reference/", reference, name="api_reference"),
        path("", api.urls),
    ]


def _describe(api: NinjaAPI) -> list[dict[str, Any]]:
    """Each operation with its parameters, for the reference page."""
    schema = api.get_openapi_schema()
    return [
        {
            "method": method.upper(),
            "path": address,
            "summary": one.get("summary", ""),
            "text": one.get("description", ""),
            "parameters": one.get("parameters", []),
            "body": _body(schema, one),
        }
        for address, methods in schema["paths"].items()
        for method, one in methods.items()
    ]


def _body(schema: dict[str, Any], operation: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """The fields of the request's body: name, type, and whether it is needed."""
    content = (
        operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    )
    name = content.get("$ref", "").rpartition("/")[2]
    model = schema.get("components", {}).get("schemas", {}).get(name, {})
    required = model.get("required", [])
    return [
        (field, one.get("format") or one.get("type", ""), field in required)
        for field, one in model.get("properties", {}).items()
    ]
