"""What benches/accuracy.py is made of: logs and cuts, methods, figures, the table."""
