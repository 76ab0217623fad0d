"""The ways to reach staff: group bots, SMS gateways, mail and the built-in inbox."""
