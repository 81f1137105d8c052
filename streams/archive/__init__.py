"""The archive: old rows of the timeline move into packed segments in the object store."""
