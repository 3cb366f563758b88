"""Everything that touches the world: the log, the read models, the vault, and the activities over them."""
