"""The media agent under crashes: on the real broker and stores."""
