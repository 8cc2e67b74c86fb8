"""What is answered: measurands, tables, flags, and what the figure needs."""
