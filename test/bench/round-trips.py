#!/usr/bin/python3
"""What a verb asks a volume, and nothing else: python3 round-trips.py VERB DIRECTORY.

The steps are the system calls that the verb makes below its mount, as strace shows them, in the same order and as deep. They are
made in a directory of their own, which has the form of the directory of all images. Without a verb it does nothing.
"""

import os
import sys

IMAGE = "bench.ext.disk0"
TOP = 2


def inside(*parts):
    return os.path.join(sys.argv[TOP], *parts)


def answers():
    os.statvfs(os.path.dirname(inside()))


def find():
    os.lstat(inside(IMAGE))
    os.lstat(inside(IMAGE, "disk"))


def read_record():
    path = inside(IMAGE, "image.json")
    os.lstat(path)
    with open(path, "rb", buffering=0) as file:
        file.read(65537)


def write_record():
    path = inside(IMAGE, "image.json.new")
    with open(path, "xb", buffering=0) as file:
        file.write(b"{}\n")
        os.fsync(file)
        os.rename(path, inside(IMAGE, "image.json"))


def lease():
    os.lstat(inside(IMAGE, "lease"))
    return os.listdir(inside(IMAGE, "lease"))[0]


def change(name):
    other = "free" if name == "taken" else "taken"
    os.rename(inside(IMAGE, "lease", name), inside(IMAGE, "lease", other))


def show_alive():
    os.listdir(inside(".nodes"))
    os.utime(inside(".nodes", "node"))


def larger():
    os.statvfs(os.path.dirname(inside()))
    descriptor = os.open(inside(IMAGE, "disk"), os.O_RDWR)
    os.ftruncate(descriptor, os.fstat(descriptor).st_size + 2**20)
    os.close(descriptor)
    find()


def open_image():
    find()
    show_alive()
    change(lease())
    lease()


def setinfo():
    find()
    read_record()
    write_record()


def grow():
    find()
    read_record()
    larger()


def close_image():
    find()
    change(lease())


def detach():
    lease()
    change(lease())


VERBS = {"open": open_image, "setinfo": setinfo, "grow": grow, "close": close_image, "detach": detach}

if len(sys.argv) > 1:
    answers()
    VERBS[sys.argv[1]]()
