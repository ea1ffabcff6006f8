"""The rules of the house that a linter does not know, as functions from a syntax tree to findings.

A finding is a pair of line and sentence. What each rule is for stands in docs/develop/style.md.
"""

import ast
from collections.abc import Iterator

FUNCTION_LINES_MAX = 60
FILE_LINES_MAX = 400

Finding = tuple[int, str]

_CLOCKS = {
    ("date", "today"),
    ("datetime", "now"),
    ("datetime", "today"),
    ("datetime", "utcnow"),
    ("time", "localtime"),
    ("time", "monotonic"),
    ("time", "perf_counter"),
    ("time", "time"),
    ("timezone", "localdate"),
    ("timezone", "now"),
}
_ENVIRONMENT = {("os", "environ"), ("os", "getenv")}
_FLOAT_TYPES = {"Float32", "Float64", "float32", "float64"}
_TOO_BROAD = {"BaseException", "Exception"}


def long_functions(tree: ast.AST) -> Iterator[Finding]:
    """Find functions longer than the limit, docstring included, decorators not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                yield node.lineno, f"{node.name} has {lines} lines, more than {FUNCTION_LINES_MAX}"


def broad_excepts(tree: ast.AST) -> Iterator[Finding]:
    """Find handlers that catch everything, unless they pass on what they caught with a plain ``raise``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and _catches_all(node.type) and not _raises_again(node):
            yield node.lineno, "catches every exception; name the ones that are expected"


def floats(tree: ast.AST) -> Iterator[Finding]:
    """Find float literals, calls of ``float`` and float columns."""
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=float()):
                yield node.lineno, f"the float {node.value!r}; use int or Decimal"
            case ast.Call(func=ast.Name(id="float")):
                yield node.lineno, "a call of float(); use int or Decimal"
            case ast.Attribute(attr=attr) if attr in _FLOAT_TYPES:
                yield node.lineno, f"the type {attr}; use an integer type"


def clock_reads(tree: ast.AST) -> Iterator[Finding]:
    """Find readings of the clock and of the environment; both must come in as parameters."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=attr):
                if (owner, attr) in _CLOCKS:
                    yield node.lineno, f"reads the clock by {owner}.{attr}; take the date as a parameter"
                if (owner, attr) in _ENVIRONMENT:
                    yield (
                        node.lineno,
                        f"reads the environment by {owner}.{attr}; take the value as a parameter",
                    )
            case ast.ImportFrom(module=str(module), names=names):
                for name in names:
                    if (module, name.name) in _CLOCKS | _ENVIRONMENT:
                        yield node.lineno, f"imports {module}.{name.name}; take the value as a parameter"


def _catches_all(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(isinstance(name, ast.Name) and name.id in _TOO_BROAD for name in names)


def _raises_again(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, ast.Raise) and node.exc is None for node in ast.walk(handler))
