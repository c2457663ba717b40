"""Say which work an identifier means: takes values, returns values and questions to ask."""
