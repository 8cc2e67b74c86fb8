"""What a series answers: measurands, flags and tables."""
