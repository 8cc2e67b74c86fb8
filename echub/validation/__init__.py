"""What `echub validate` checks, and how it reports its findings."""
