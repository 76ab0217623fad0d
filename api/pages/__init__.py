"""The staff's pages: plain HTML made on the server."""
