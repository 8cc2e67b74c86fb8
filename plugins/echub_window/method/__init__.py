"""BaselineFit, crossings and peaks of a sweep."""
