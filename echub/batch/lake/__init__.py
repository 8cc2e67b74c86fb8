"""The lake: an archive's tables as partitioned Parquet, and questions to them."""
