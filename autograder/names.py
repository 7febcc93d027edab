"""Which names a cell reads and which it defines, found without running it."""

from __future__ import annotations

import ast
import builtins
import symtable
from dataclasses import dataclass

_BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True)
class Names:
    """Module-level names of a piece of code. One whose object is changed in place (`x[0] = 1`) counts as defined."""

    reads: frozenset[str] = frozenset()
    defines: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()


def names_of(code: str) -> Names:
    """The names of `code`; empty for code that does not parse (a magic, a typing error)."""
    try:
        tree = ast.parse(code)
        table = symtable.symtable(code, "<cell>", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Names()
    reads: set[str] = set()
    defines: set[str] = set()
    pending = [table]
    while pending:
        scope = pending.pop()
        pending.extend(scope.get_children())
        for symbol in scope.get_symbols():
            is_global = scope is table or symbol.is_global()
            if is_global and symbol.is_referenced():
                reads.add(symbol.get_name())
            if is_global and (symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()):
                defines.add(symbol.get_name())
    defines |= {
        _root(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store)
    }
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    return Names(frozenset(reads - _BUILTINS), frozenset(defines - {""}), frozenset(functions))


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
