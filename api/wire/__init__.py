"""What goes over the wire: strict forms of requests, and answers."""
