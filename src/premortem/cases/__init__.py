"""The cases that ship: each a folder of data with one world module; nothing of the engine imports them by name."""
