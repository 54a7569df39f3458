"""One function per stimulus: a click, a request, a tick, a promise to keep."""
