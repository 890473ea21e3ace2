"""One running site: settings, routes, navigation, commands."""
