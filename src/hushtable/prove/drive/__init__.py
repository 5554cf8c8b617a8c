"""How an app is asked: its doors, what each takes, who asks, and what is planned."""
