"""The screens and their API, a module each."""

from premortem.app.routes import (
    about,
    aliases,
    assumption,
    beliefs,
    board,
    compare,
    exhibits,
    futures,
    jobs,
    ledger,
    levers,
    memos,
    rules,
    screening,
    states,
    story,
    watch,
    world,
)

ALL = tuple(
    module.router
    for module in (
        story,
        board,
        assumption,
        levers,
        beliefs,
        compare,
        world,
        rules,
        memos,
        ledger,
        screening,
        watch,
        futures,
        exhibits,
        jobs,
        states,
        about,
        aliases,
    )
)
