"""What other programs are given so that they use the service, and proofs that it works."""
