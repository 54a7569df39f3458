"""The store in memory: the same promises as a database, kept by copying what is about to change."""

from tests.memory.store import MemoryStore

__all__ = ["MemoryStore"]
