"""Which file an import means."""

from __future__ import annotations

import sys
from collections import defaultdict

from hushtable.scan.source import SourceFile


class Names:
    """Resolves dotted module names to files of the tree, as seen from a file."""

    def __init__(self, files: list[SourceFile]) -> None:
        self._files = {file.path for file in files}
        self._folders = {folder for path in self._files for folder in _parents(path)}
        self._tails: dict[str, list[str]] = defaultdict(list)
        for path in self._files:
            self._tails[path.rpartition("/")[2]].append(path)
        self._known: dict[tuple[str, str], str | None] = {}

    def absolute(self, dotted: str, importer: str) -> str | None:
        """Give the file or package folder (with a final `/`) of an absolute import, or None."""
        folder = importer.rpartition("/")[0]
        key = (folder, dotted)
        if key not in self._known:
            self._known[key] = self._search(dotted, folder)
        found = self._known[key]
        # `import jwt` in `tools/jwt.py` means the library that the file is named after.
        return None if found == importer and not importer.endswith("__init__.py") else found

    def relative(self, dotted: str, level: int, importer: str) -> str | None:
        """Give the file or package folder of `from ..dotted import`."""
        parts = importer.split("/")[:-1]
        up = level - 1
        if up > len(parts):
            return None
        base = parts[: len(parts) - up] if up else parts
        return self.at("/".join([*base, *(dotted.split(".") if dotted else [])]))

    def at(self, stem: str) -> str | None:
        """Give the module that lies at a path without its suffix."""
        for candidate in (f"{stem}.py", f"{stem}/__init__.py", f"{stem}.pyi"):
            if candidate.lstrip("/") in self._files:
                return candidate.lstrip("/")
        return f"{stem}/" if stem in self._folders else None

    def _search(self, dotted: str, folder: str) -> str | None:
        stem = dotted.replace(".", "/")
        ancestors = [folder, *_parents(folder)] if folder else [""]
        if "" not in ancestors:
            ancestors.append("")
        ordered = sorted(ancestors, key=self._is_package)
        standard = dotted.partition(".")[0] in sys.stdlib_module_names
        for base in ordered:
            if standard and "." not in dotted and self._is_package(base):
                continue  # what lies in a package is imported by the package's name
            for place in (stem, f"src/{stem}"):
                found = self.at(f"{base}/{place}" if base else place)
                # A folder without `__init__.py` comes after every library, as Python has it.
                if found is not None and not (standard and found.endswith("/")):
                    return found
        if standard or "." not in dotted:
            return None
        return self._by_tail(stem, folder)

    def _is_package(self, folder: str) -> bool:
        return f"{folder}/__init__.py" in self._files

    def _by_tail(self, stem: str, folder: str) -> str | None:
        """Find a module by the end of its path, the nearest first."""
        last = stem.rpartition("/")[2]
        found = [p for p in self._tails.get(f"{last}.py", ()) if p.endswith(f"/{stem}.py")]
        found += [
            p for p in self._tails.get("__init__.py", ()) if p.endswith(f"/{stem}/__init__.py")
        ]
        if not found:
            return None
        return max(found, key=lambda path: (_shared(path, folder), -len(path), path))


def _parents(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[:end]) for end in range(len(parts), 0, -1)]


def _shared(path: str, folder: str) -> int:
    count = 0
    for a, b in zip(path.split("/"), folder.split("/"), strict=False):
        if a != b:
            break
        count += 1
    return count


def module_name(path: str) -> str:
    """Give the dotted name of a file: `app/users/__init__.py` is `app.users`."""
    stem = path.removesuffix(".pyi").removesuffix(".py").removesuffix("/__init__")
    return stem.strip("/").replace("/", ".")
