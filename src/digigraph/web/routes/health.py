"""What concerns the server as a whole: for whoever watches over it, and ``OPTIONS *``."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from digigraph.web.site.answering import site

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def health() -> Response:
    """Say that the server lives, and from which snapshot it answers; no query is asked."""
    return _fresh(jsonify(status="ok", snapshot=site().backend.version))


@blueprint.get("/readyz")
def readiness() -> Response:
    """Say whether there are query processes to answer; 503 where there are none. An endpoint of others is not asked."""
    load = site().backend.load
    is_ready = load is None or load.processes != 0
    response = jsonify(status="ready" if is_ready else "not ready", snapshot=site().backend.version)
    if not is_ready:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return _fresh(response)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Send the metrics in the text format of Prometheus."""
    return _fresh(Response(site().metrics.text(), content_type=CONTENT_TYPE_PLAIN_0_0_4))


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.route("/*", methods=["OPTIONS"], provide_automatic_options=False)
def options() -> Response:
    """Say which methods there are at all (``OPTIONS *``; RFC 9110, section 9.3.7)."""
    return Response(status=HTTPStatus.NO_CONTENT, headers={"Allow": "GET, HEAD, POST, DELETE, OPTIONS"})
