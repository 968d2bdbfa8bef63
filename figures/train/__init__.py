"""The generators of Salmona et al. (2022), one-dimensional study, trained again; needs the `train` extra (torch)."""
