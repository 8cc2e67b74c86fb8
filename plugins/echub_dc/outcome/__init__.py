"""What both analyses answer."""
