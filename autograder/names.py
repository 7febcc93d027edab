"""Which names a cell reads and which it defines, found without running it."""

from __future__ import annotations

import ast
import re
import symtable
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

_CELL_MAGIC = re.compile(r"\s*%%(\S*).*(?:\n|$)")
_SHELL_LINE = re.compile(r"^([ \t]*)[%!].*$", re.MULTILINE)
_SHELL_VALUE = re.compile(r"^([ \t]*[\w., ]+=)[ \t]*[%!].*$", re.MULTILINE)
_HELP_LINE = re.compile(r"^([ \t]*)(?:\?.*|[\w.%]+\?{1,2}[ \t]*)$", re.MULTILINE)
# Cell magics whose cell is no Python of this notebook, or leaves no name behind.
_OTHER_LANGUAGES = re.compile(
    r"!|bash|sh|script|system|sx|shell|cmd|html|HTML|javascript|js|latex|svg|SVG|markdown|writefile|file|perl|ruby|"
    r"cython|R|sql|bigquery|pypy|timeit"
)
MAX_STATEMENTS = 500  # of a longer cell all names that are read count as read first


@dataclass(frozen=True)
class Names:
    """Module-level names of a piece of code.

    reads      what must be there before: read, and not surely set earlier in the same code; built-ins as well,
               since an exercise may be named like one
    defines    what it sets; a name whose object is changed in place (`x[0] = 1`) counts as read and defined
    functions  the functions that it defines at the top level
    """

    reads: frozenset[str] = frozenset()
    defines: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()


@lru_cache(maxsize=4096)  # the same cells come back with every submission
def names_of(code: str) -> Names:
    """The names of `code`; empty for code that does not parse (another language, a typing error)."""
    tree = parsed(code)
    if tree is None:
        return Names()
    try:
        everywhere, defines = _uses([*tree.body])
        reads = everywhere if len(tree.body) > MAX_STATEMENTS else _reads_first(tree.body, set())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Names()
    functions = frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))
    return Names(frozenset(reads), frozenset(defines), functions)


@lru_cache(maxsize=4096)
def reads_for(code: str, wanted: frozenset[str]) -> frozenset[str]:
    """What `code` reads as `names_of` says, without functions and methods to which the names `wanted` do not lead."""
    names = names_of(code)
    tree = parsed(code)
    if tree is None:
        return names.reads
    later = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    if later.keys() <= wanted:
        return names.reads
    try:
        reads = _uses([part for node in tree.body for part in _run_at_once(node)])[0]
        followed: set[str] = set()
        while found := (reads | wanted) & later.keys() - followed:
            followed |= found
            for name in found:
                reads |= _uses([later[name]])[0]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return names.reads
    return names.reads & reads


def _run_at_once(node: ast.stmt) -> list[ast.stmt]:
    """What of a statement runs where it stands: of a function decorators and defaults, of a class all but methods."""
    match node:
        case ast.FunctionDef(args=arguments):
            parts = [*node.decorator_list, *arguments.defaults, *(part for part in arguments.kw_defaults if part)]
            return [ast.Expr(part) for part in parts]
        case ast.ClassDef():
            parts = [*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)]
            return [*(ast.Expr(part) for part in parts), *(part for inner in node.body for part in _run_at_once(inner))]
    return [node]


def parsed(code: str) -> ast.Module | None:
    """The code as a tree, read as IPython would: without magics, however indented. None if it is broken."""
    for text in (code, python_part(code)):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # an odd escape in a text is the student's business
                return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            pass
    return None


def python_part(code: str) -> str:
    """What is Python in a cell with magics: other lines become `pass`, other languages nothing."""
    while (magic := _CELL_MAGIC.match(code)) is not None:
        if _OTHER_LANGUAGES.fullmatch(magic[1]):
            return ""
        code = code[magic.end() :]
    code = _SHELL_VALUE.sub(r"\1 None", code)
    code = _SHELL_LINE.sub(r"\1pass", code)
    return textwrap.dedent(_HELP_LINE.sub(r"\1pass", code)).lstrip("\n")


def _reads_first(statements: Sequence[ast.stmt], known: set[str]) -> set[str]:
    """Names read before they are set. `known` grows by what is surely set after these statements."""
    reads: set[str] = set()
    for statement in statements:
        match statement:
            case ast.For(target=target, iter=iterable, body=body, orelse=orelse):
                reads |= _uses([ast.Expr(iterable)])[0] - known
                known |= _uses([ast.Assign([target], ast.Constant(None))])[1]
                reads |= _reads_first(body, set(known)) | _reads_first(orelse, set(known))
            case ast.While(test=test, body=body, orelse=orelse) | ast.If(test=test, body=body, orelse=orelse):
                reads |= _uses([ast.Expr(test)])[0] - known
                reads |= _reads_first(body, set(known)) | _reads_first(orelse, set(known))
            case ast.With(items=items, body=body):
                used, bound = _uses([ast.With(items, [ast.Pass()])])
                reads |= used - known - bound
                known |= bound
                reads |= _reads_first(body, known)
            case _:
                used, bound = _uses([statement])
                reads |= used - known
                known |= bound - used
    return reads


def _uses(statements: list[ast.stmt]) -> tuple[set[str], set[str]]:
    """Global names (read, set) anywhere in the statements, functions and classes included."""
    module = ast.fix_missing_locations(ast.Module(statements, []))
    table = symtable.symtable(ast.unparse(module), "<cell>", "exec")
    read: set[str] = set()
    bound: set[str] = set()
    pending = [table]
    while pending:
        scope = pending.pop()
        pending.extend(scope.get_children())
        for symbol in scope.get_symbols():
            if scope is table or symbol.is_global():
                if symbol.is_referenced():
                    read.add(symbol.get_name())
                if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace():
                    bound.add(symbol.get_name())
    for node in _outside_functions(module):
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            read.add(node.target.id)
        elif isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            bound |= _root(node)
    return read, bound


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    """The node and all below it, but for the bodies of functions: what they change is theirs."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _outside_functions(child)


def _root(node: ast.expr) -> set[str]:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()
