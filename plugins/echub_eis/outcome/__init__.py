"""What the three analyses answer: measurands, flags and tables."""
