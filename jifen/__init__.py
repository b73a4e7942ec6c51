"""The program: how jifen starts, on one machine or on many."""

VERSION = "0.1.0"
