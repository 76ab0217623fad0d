"""The HTTP door of the desk: the call centre's API and the pages of staff."""
