"""What every page and endpoint stands in: layout, components, forms, tables, problems."""
