"""The page of `echub app`: what a tab works on (`bench`), who may ask (`guard`), and how it looks (`views`)."""
