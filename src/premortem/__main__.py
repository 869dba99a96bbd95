"""`python -m premortem` is the command line."""

from premortem.cli import main

main()
