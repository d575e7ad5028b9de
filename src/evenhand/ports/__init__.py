"""What the program needs of the world, as promises. Adapters in `stores/` keep them, and pass one suite of tests.

spool: the memory of a run over a file. rows: what the durable desk keeps. store: how it is read and written.
"""
