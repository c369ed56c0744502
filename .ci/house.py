"""The house's numbers: lengths of functions and files, broad excepts, names that say nothing.

Run by ``make check``; fails where a limit of docs/development.md is passed.
"""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass, field
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src" / "digigraph"
NINE_IN_TEN = 30
LONG = 50
LONG_SHARE = 0.03
FILE = 350
SAYS_NOTHING = {"utils", "helpers", "common", "base", "manager", "service"}
BROAD = {"Exception", "BaseException"}


@dataclass
class Numbers:
    """What was counted."""

    functions: list[tuple[int, str]] = field(default_factory=list)
    files: list[tuple[int, str]] = field(default_factory=list)
    broad: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


def measure() -> Numbers:
    """Count over all modules of the package."""
    numbers = Numbers()
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        text = path.read_text(encoding="utf-8")
        numbers.files.append((text.count("\n"), name))
        if path.stem in SAYS_NOTHING:
            numbers.names.append(name)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                numbers.functions.append((length, f"{name}:{node.lineno} {node.name}"))
            # A handler that raises again lets everything pass: it only cleans up.
            if isinstance(node, ast.ExceptHandler) and _is_broad(node) and not _raises_again(node):
                numbers.broad.append(f"{name}:{node.lineno}")
    return numbers


def _is_broad(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or (isinstance(handler.type, ast.Name) and handler.type.id in BROAD)


def _raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def main() -> int:
    """Print the numbers and return the exit code."""
    numbers = measure()
    lengths = sorted(length for length, _ in numbers.functions)
    ninth = lengths[int(len(lengths) * 0.9)]
    long = [each for each in sorted(numbers.functions, reverse=True) if each[0] > LONG]
    large = [each for each in sorted(numbers.files, reverse=True) if each[0] > FILE]
    sys.stdout.write(
        f"house: {len(numbers.files)} files, {len(lengths)} functions, median {lengths[len(lengths) // 2]} lines, "
        f"nine in ten at most {ninth}, {len(long)} over {LONG}; broad excepts: {', '.join(numbers.broad) or 'none'}\n"
    )
    faults = [f"{length} lines: {name}" for length, name in large]
    faults += [f"a name that says nothing: {name}" for name in numbers.names]
    if ninth > NINE_IN_TEN:
        faults.append(f"nine in ten functions must have at most {NINE_IN_TEN} lines, not {ninth}")
    if len(long) > LONG_SHARE * len(lengths):
        faults += [f"{length} lines: {name}" for length, name in long]
    for fault in faults:
        sys.stdout.write(f"house: {fault}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
