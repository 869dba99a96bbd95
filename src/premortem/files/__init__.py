"""Files of users read, and files written whole or not at all: the one reader and the one writer."""
