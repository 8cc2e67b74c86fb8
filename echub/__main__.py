"""``python -m echub`` is the command `echub`."""

from echub.cli import main

main()
