"""What `echub validate` checks, and how it reports what it found."""
