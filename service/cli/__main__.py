"""`python -m service.cli`: the same where the command is not installed yet."""

from service.cli import main

main()
