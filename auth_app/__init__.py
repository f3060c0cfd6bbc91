"""owns: people, their roles, sign-in
publishes: auth.account_created, auth.account_updated, auth.sign_in_ended
consumes: nothing"""
