"""Figures of the push-forward study, and the training of the generators they show."""
