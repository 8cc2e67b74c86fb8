"""How the hub finds plugins, checks what they declare, and starts a new one."""
