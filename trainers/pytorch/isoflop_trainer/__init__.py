"""The PyTorch trainer behind isoflop's run contract (docs/contract.md): the reference for the built-in one."""

__version__ = "0.1.0"
