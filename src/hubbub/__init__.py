"""hubbub tells researchers who talks about their work, who listens to those people, and whom to talk to next."""
