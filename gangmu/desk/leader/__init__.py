"""One page a month for the leader: what was asked, what came, what is stuck, where the targets stand."""
