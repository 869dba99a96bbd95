"""The screens and their API, a module each."""

from premortem.app.routes import (
    about,
    aliases,
    assumption,
    beliefs,
    board,
    compare,
    exhibits,
    find,
    futures,
    jobs,
    ledger,
    levers,
    memos,
    rule_differences,
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
        rule_differences,
        memos,
        ledger,
        screening,
        watch,
        futures,
        exhibits,
        find,
        jobs,
        states,
        about,
        aliases,
    )
)
