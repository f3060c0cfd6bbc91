"""Who is asking, and may they: Actor, @roles."""
