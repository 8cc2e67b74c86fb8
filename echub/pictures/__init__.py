"""Pictures of measured data: which picture a dataset gets, what it shows, several files in one figure."""
