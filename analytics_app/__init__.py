"""owns: read models that events alone feed
publishes: nothing
consumes: everything that auth, tasks and billing publish"""
