"""Who spoke, who listens, whom to engage next: values come in, values go out."""
