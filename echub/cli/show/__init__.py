"""What the commands print for people: tables, outcomes, files, folders, progress."""
