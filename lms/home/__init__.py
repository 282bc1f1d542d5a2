"""Pages that show several features together; owns no table."""
