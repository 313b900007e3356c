"""What no module may do; read from the syntax tree, so that words in comments are free."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import reader

PACKAGE = Path(reader.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

FORBIDDEN_CALLS = {
    "eval": "runs text as code",
    "exec": "runs text as code",
    "print": "writes over the screen",
    "os.system": "runs text in a shell",
    "os.popen": "runs text in a shell",
    "asyncio.create_subprocess_shell": "runs text in a shell",
    "subprocess.getoutput": "runs text in a shell",
    "subprocess.getstatusoutput": "runs text in a shell",
    "yaml.load": "may build objects",
    "yaml.load_all": "may build objects",
    "yaml.unsafe_load": "builds objects",
    "yaml.full_load": "builds objects",
    "frontmatter.load": "reads a file without any guard",
    "Text.from_markup": "reads archive text as markup",
    "Text.from_ansi": "reads archive text as escape sequences",
    "Content.from_markup": "reads archive text as markup",
}
FORBIDDEN_KEYWORDS = {"shell": "runs text in a shell", "markup": "reads archive text as markup"}
FORBIDDEN_MODULES = {
    "webbrowser": "takes options for addresses and starts shells",
    "pickle": "runs code when it reads",
    "marshal": "crashes when it reads",
    "shelve": "is pickle",
    "socket": "talks to others",
    "ssl": "talks to others",
    "urllib.request": "talks to others",
    "http.client": "talks to others",
    "ftplib": "talks to others",
    "smtplib": "talks to others",
    "requests": "talks to others",
    "urllib3": "talks to others",
    "httpx": "talks to others",
}


def offences(code: str) -> list[str]:
    """What in this code is forbidden, as ``line: what why``."""
    nodes = list(ast.walk(ast.parse(code)))
    meant = dict(other_names(nodes))
    return [
        f"{line}: {name} {why}"
        for node in nodes
        for line, name, why in (*forbidden_calls(node, meant), *forbidden_imports(node))
    ]


def other_names(nodes: list[ast.AST]) -> Iterator[tuple[str, str]]:
    """What a module calls another module by, and that one's own name."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((alias.asname, alias.name) for alias in node.names if alias.asname)


def forbidden_calls(node: ast.AST, meant: dict[str, str]) -> Iterator[tuple[int, str, str]]:
    if not isinstance(node, ast.Call):
        return
    first, *rest = ast.unparse(node.func).split(".")
    name = ".".join([meant.get(first, first), *rest]).removeprefix("builtins.")
    if name in FORBIDDEN_CALLS:
        yield node.lineno, name, FORBIDDEN_CALLS[name]
    if name.rpartition(".")[2] in ("import_module", "__import__") and node.args:
        imported = ast.unparse(node.args[0]).strip("'")
        if imported in FORBIDDEN_MODULES:
            yield node.lineno, imported, FORBIDDEN_MODULES[imported]
    for keyword in node.keywords:
        is_false = isinstance(keyword.value, ast.Constant) and keyword.value.value is False
        if keyword.arg in FORBIDDEN_KEYWORDS and not is_false:
            yield node.lineno, keyword.arg, FORBIDDEN_KEYWORDS[keyword.arg]


def forbidden_imports(node: ast.AST) -> Iterator[tuple[int, str, str]]:
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    else:
        return
    for name in names:
        if name in FORBIDDEN_MODULES:
            yield node.lineno, name, FORBIDDEN_MODULES[name]
        if name in FORBIDDEN_CALLS:
            yield node.lineno, name, FORBIDDEN_CALLS[name]


@pytest.mark.parametrize("module", MODULES, ids=[str(module.relative_to(PACKAGE)) for module in MODULES])
def test_no_module_does_what_is_forbidden(module: Path) -> None:
    assert offences(module.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "code",
    [
        "subprocess.run('ls', shell=True)",
        "subprocess.Popen(line, shell=wanted)",
        "os.system('ls')",
        "import webbrowser",
        "from webbrowser import open",
        "import os, pickle",
        "yaml.load(text, Loader=yaml.CBaseLoader)",
        "from yaml import load",
        "from os import path, system",
        "frontmatter.load(path)",
        "eval(text)",
        "Static(title, markup=True)",
        "print('x')",
        "import yaml as y\ny.load(text, Loader=y.Loader)",
        "import builtins\nbuiltins.eval(text)",
        "await_(asyncio.create_subprocess_shell(line))",
        "importlib.import_module('webbrowser')",
        "__import__('socket')",
        "Content.from_markup(title)",
        "import socket",
        "from urllib.request import urlopen",
    ],
)
def test_the_gate_sees_it(code: str) -> None:
    assert offences(code)


@pytest.mark.parametrize(
    "code",
    [
        "'''webbrowser, pickle and eval(x) in words'''",
        "# os.system('ls')",
        "subprocess.run(['ls'], shell=False)",
        "Static(title, markup=False)",
        "yaml.compose(text)",
        "frontmatter.loads(text)",
        "from urllib.parse import urlsplit",
        "self.print(x)",
        "importlib.import_module(f'reader.cli.{name}')",
    ],
)
def test_the_gate_lets_it_pass(code: str) -> None:
    assert not offences(code)
