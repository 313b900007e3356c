"""The screens laid over the main one."""
