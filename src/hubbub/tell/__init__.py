"""How answers are told to programs: answers come in; typed values and bytes in the shapes that programs read go out."""
