"""Forms that anybody may fill in: drawn, read, guarded against machines, and answered."""
