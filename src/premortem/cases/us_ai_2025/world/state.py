"""What the world holds from quarter to quarter, and what its mechanisms gave in one."""

from typing import NamedTuple

import jax

from premortem.cases.us_ai_2025.world import allocation, chips, energy, instruments, market, models, purchases, supply
from premortem.cases.us_ai_2025.world.politics import Politics


class State(NamedTuple):
    """Everything that one quarter hands to the next; shapes as in the mechanisms that own the parts."""

    efforts: instruments.Efforts
    goodwill: jax.Array
    unmet_share: jax.Array  # of capped demand last quarter
    rho: jax.Array  # return of hyperscalers over break-even [ln]
    excess: jax.Array  # of answers asked for over what could be served [ln]
    fabs: chips.Fabs
    free_fabs: chips.Fabs  # the same had controls on production been lifted
    spending: supply.Spending
    fleet: allocation.Fleet
    flexible: jax.Array  # flexible room in use [average GW], (region, future)
    gw: jax.Array  # rated load of the fleets [GW], (region, future)
    us_wished_gw: jax.Array  # rated load in the US had all that was wanted there found power [GW]
    cn_serving: jax.Array  # China's stock by memory bandwidth [million H100]
    cn_free_stock: jax.Array  # China's stock had controls on production and on sales been lifted [MH]
    race: models.Race
    ledger: market.Ledger


class Quarter(NamedTuple):
    """What the mechanisms of a quarter gave; shapes as in each."""

    pol: Politics
    offered: jax.Array  # for sale to all the world [MH]
    made: chips.Output
    home_made: jax.Array  # in China, and for it by foundries [MH]
    free_home_made: jax.Array  # the same had controls on production been lifted
    bought: purchases.Purchases
    placed: allocation.Placed
    powered: energy.Powered
    kept: jax.Array  # powered and not smuggled away [MH], (region, future)
    diverted: jax.Array  # smuggled to China [MH]
    rented: jax.Array  # by China abroad [MH]
    exports: jax.Array  # of Chinese chips [MH]
    share: jax.Array  # of the US fleet that trains
    standing: models.Standing
    sold: market.Market
    earned: jax.Array  # by hyperscalers on their capital
