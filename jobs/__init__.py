"""What the clock asks for, one file a job; the scheduler that plans it and the worker that does it.

The scheduler runs in the one process that holds the advisory lock, and only writes down which job
is due for which slot. Workers run in any number of processes: they claim what is written down, and
the deliveries, and whatever else waits in the database.
"""
