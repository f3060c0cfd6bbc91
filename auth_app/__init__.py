"""owns: people, their roles, sign-in
publishes: auth.account_created, auth.account_updated
consumes: nothing"""
