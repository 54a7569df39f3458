"""Imports the modules it is given, in a process of its own, and tells what effect that had."""

import importlib
import os
import sys
import threading
from pathlib import Path
from types import FrameType

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
EFFECTS = {
    "os.mkdir",
    "os.remove",
    "os.rename",
    "socket.__new__",
    "socket.bind",
    "socket.connect",
    "socket.getaddrinfo",
    "sqlite3.connect",
    "subprocess.Popen",
}


class Witness:
    """Hears every effect in the process and names the file of the product that caused it."""

    def __init__(self, root: Path, modules: list[str]) -> None:
        self.rooms = tuple(
            f"{root}{os.sep}{name}{os.sep}" for name in {m.split(".")[0] for m in modules}
        )
        self.root = root
        self.heard: list[str] = []

    def hear(self, event: str, arguments: tuple[object, ...]) -> None:
        match event, arguments:
            case "open", (path, _, int(flags)) if flags & WRITING:
                self.note(f"writes {path}")
            case _ if event in EFFECTS:
                self.note(f"does {event}")

    def note(self, effect: str) -> None:
        file = next((file for file in _files(sys._getframe(1)) if self.ours(file)), None)
        where = Path(file).relative_to(self.root).as_posix() if file else "something outside"
        self.heard.append(f"{where} {effect}")

    def ours(self, file: str) -> bool:
        return file.startswith(self.rooms)


def _files(frame: FrameType | None) -> list[str]:
    files = []
    while frame:
        files.append(frame.f_code.co_filename)
        frame = frame.f_back
    return files


def watch_environment(witness: Witness) -> None:
    """Libraries may look at the environment when they are imported; the product may not."""

    class Watched(type(os.environ)):  # type: ignore[misc]
        def __getitem__(self, key: str) -> str:
            asking = [
                file
                for file in _files(sys._getframe(1))
                if "_collections_abc" not in file and file != os.__file__
            ]
            if witness.ours(asking[0]):
                witness.note(f"reads {key}")
            return str(super().__getitem__(key))

    os.environ.__class__ = Watched


def main(root: str, *modules: str) -> None:
    witness = Witness(Path(root), list(modules))
    sys.path.insert(0, root)
    watch_environment(witness)
    sys.addaudithook(witness.hear)
    for module in modules:
        importlib.import_module(module)
    started = set(threading.enumerate()) - {threading.main_thread()}
    for line in [*witness.heard, *(f"leaves the thread {thread.name}" for thread in started)]:
        print(line)


if __name__ == "__main__":
    main(*sys.argv[1:])
