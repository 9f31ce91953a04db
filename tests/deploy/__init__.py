"""What operators put their service behind and under: each file as it stands in deploy/."""
