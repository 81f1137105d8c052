"""Uploaded files are decoded and made anew, in confined processes; never Kafka, stores, or a byte taken over unread.

What an uploader sends is hostile until proved otherwise, and so is every decoder that reads it: the libraries are
large, written in C, and have a history of overflows. So there are two walls, and each holds without the other.

**The file is made anew.** A file is accepted for what it decodes to, never for what it says it is:

- its declared type must stand in a closed list (`types.py`), and its first bytes must agree with it; there is no HTML,
  SVG, script, executable or general archive in the list;
- only the demuxers and decoders of that list are tried (`formats=`, `format=`): FFmpeg never guesses, so a playlist
  that names other files or hosts is just a broken video;
- images are decoded, turned upright, brought to sRGB and encoded again: EXIF, GPS, profiles, comments, and whatever
  stood behind the picture, are not in the output, because nothing of the input is copied there. Sizes are checked
  from the header before a pixel is decoded;
- video and audio are decoded and encoded again, or, when they are in a common form already and small, proved by
  decoding (all of the sound, the key frames) and copied packet by packet into a new container without its metadata;
- documents cannot be made anew here: they are checked for structure and delivered as they came. Clients must save
  them, never show them in a page of the service's origin.

**The process can do nothing.** One worker per seat holds the libraries and never reads an uploaded byte; for each
file it forks a child that confines itself (`confinement.py`) before it opens the file, and ends with it. Whatever a
file makes of its child is gone before the next one: no leak, no state, no foothold. The child has

- bounds from the kernel: address space (so resident memory too), CPU seconds, size of files written, descriptors, no
  core dumps; lowest priority; first to go when the machine runs out of memory;
- no network, processes, signals, or privileges: an empty network namespace, no capabilities, and a seccomp filter
  that lets through only what decoding needs (x86-64; elsewhere the other walls stand alone);
- no files but its own: Landlock opens the source for reading and the job's folder for writing, beside them only the
  installed Python libraries, for reading;
- no environment: secrets of the service are not passed on.

What the kernel of a machine does not give is left out and said in a warning at start: never silently.

What a child says is a claim. The parent takes no path from it, checks that what it finds are regular files, and
treats its words as values of closed types. A child that dies is tried once more, then its file is refused
(`undecodable`); one over its CPU time or the wall's is refused (`took-too-long`), one over its memory too. There is
no second retry, hence no loop. What remains: a decoder taken over by its file can write any bytes as that file's
output, so media must be served with their stated type and `nosniff`, from an origin of their own.
"""

from streams.media.decoding.settings import DecodingSettings
from streams.media.decoding.values import Processed, Refusal
from streams.media.decoding.workers import DecodingUnavailable, Workers

__all__ = ["DecodingSettings", "DecodingUnavailable", "Processed", "Refusal", "Workers"]
