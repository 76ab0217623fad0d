"""What the desk decides, without waiting: pure, standard library only."""
