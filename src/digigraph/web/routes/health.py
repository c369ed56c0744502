"""What concerns the server as a whole: ``/healthz`` for whoever watches over it, and ``OPTIONS *``."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, jsonify

from digigraph.web.site import site

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def health() -> Response:
    """Say that the server answers, and from which snapshot; no query is asked."""
    response = jsonify(status="ok", snapshot=site().backend.version)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.route("/*", methods=["OPTIONS"], provide_automatic_options=False)
def options() -> Response:
    """Say which methods there are at all (``OPTIONS *``; RFC 9110, section 9.3.7)."""
    return Response(status=HTTPStatus.NO_CONTENT, headers={"Allow": "GET, HEAD, POST, DELETE, OPTIONS"})
