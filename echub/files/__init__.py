"""Files in and out: detection, reading, the native file, conversion, verification."""
