//! Runs the probes in order, writes `blocked`, names root causes.
