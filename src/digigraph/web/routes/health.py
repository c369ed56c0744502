"""``/healthz``: whether questions can be answered, for whoever watches over the server."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from digigraph.web.site import site

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def health() -> Response:
    """Say that the server answers, and from which snapshot; no query is asked."""
    response = jsonify(status="ok", snapshot=site().backend.version)
    response.headers["Cache-Control"] = "no-store"
    return response
