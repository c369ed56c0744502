"""A client of a language server over standard input and output (Language Server Protocol 3.17, base protocol)."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType

Message = dict[str, object]


class LanguageServer:
    """A running server and the folder that it was opened on.

    Parameters
    ----------
    command
        Starts the server.
    folder
        The workspace.
    """

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self._folder = folder
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder)
        self._number = 0
        self._diagnostics: dict[str, list[Message]] = {}

    def __enter__(self) -> Self:
        """Say who we are, as the protocol begins."""
        uri = self._folder.as_uri()
        workspace = [{"uri": uri, "name": "project"}]
        self.ask("initialize", {"processId": None, "rootUri": uri, "workspaceFolders": workspace, "capabilities": {}})
        self._send({"method": "initialized", "params": {}})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the server, as the protocol does."""
        self.ask("shutdown", None)
        self._send({"method": "exit", "params": None})
        self._process.communicate(timeout=120)

    def open(self, path: Path, text: str) -> list[Message]:
        """Show a file to the server; return its diagnostics."""
        uri = path.as_uri()
        self._diagnostics.pop(uri, None)
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        while uri not in self._diagnostics:
            self._take(self._receive())
        return self._diagnostics[uri]

    def at(self, what: str, path: Path, text: str, words: str) -> object:
        """Return the answer to a request such as ``hover`` behind the first place where a text says some words."""
        before = text[: text.index(words) + len(words)]
        position = {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}
        return self.ask(f"textDocument/{what}", {"textDocument": {"uri": path.as_uri()}, "position": position})

    def ask(self, method: str, params: object) -> object:
        """Return the result of a request."""
        self._number += 1
        number = self._number
        self._send({"id": number, "method": method, "params": params})
        while True:
            message = self._receive()
            if message.get("id") == number and "method" not in message:
                return message["result"]
            self._take(message)

    def _take(self, message: Message) -> None:
        params = message.get("params")
        if message.get("method") == "textDocument/publishDiagnostics" and isinstance(params, dict):
            self._diagnostics[str(params["uri"])] = params["diagnostics"]
        elif "id" in message and "method" in message:
            asked = params.get("items", []) if isinstance(params, dict) else []
            is_settings = message["method"] == "workspace/configuration"
            self._send({"id": message["id"], "result": [None] * len(asked) if is_settings else None})

    def _send(self, message: Message) -> None:
        assert self._process.stdin is not None
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(content), content))
        self._process.stdin.flush()

    def _receive(self) -> Message:
        assert self._process.stdout is not None
        length = 0
        while (line := self._process.stdout.readline().strip()) or not length:
            assert self._process.poll() is None, "the language server has ended"
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        message = json.loads(self._process.stdout.read(length))
        assert isinstance(message, dict)
        return message
