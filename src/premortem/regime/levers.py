"""What a policy does to the simulated world, quarter by quarter: wherever a clause can say it, by asking the rulebook."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Series = NDArray[np.float32]

# A cap that cannot bind, in MH: some 100 times the world's stock of 2024.
UNCAPPED = np.float32(1e3)


class Levers(NamedTuple):
    """A policy as arrays over quarters, shape (quarter,), or (quarter, region) where said.

    Shares and strengths lie between 0 and 1; compute is in MH (million H100 equivalents by TPP).
    """

    # answers of the rulebook
    tier2: Series  # share of the region's countries that a cap holds, (quarter, region); 0 while no framework binds
    denied: Series  # share of the region's countries to which an H100 is denied, (quarter, region)
    allocation_mh: Series  # country allocations opened so far, summed over the region's capped countries [MH], (quarter, region)
    raise_max: Series  # most that alignment can add to an allocation [share]
    lpp_mh: Series  # LPP: what one consignee may take in a year [MH]
    nveu_mh: Series  # ceiling on the stock of one national VEU in one country [MH]
    uveu_country_max: Series  # most of a universal VEU's fleet in one country outside Tier 1 [share]; 1 when no rule
    uveu_outside_max: Series  # most of it outside Tier 1 [share]; 1 when no rule
    uveu_us_min: Series  # least of it in the US [share]; 0 when no rule
    prc_condition: Series  # VEUs must keep PRC-origin equipment out
    cn_free_h100e: Series  # TPP of the best data-centre chip that may go to China without a licence [H100e]; 0 when none
    cn_free_serving: Series  # memory bandwidth of that chip over an H100's
    cn_case_h100e: Series  # the same for chips judged case by case
    cn_case_serving: Series
    hbm_ban: Series  # HBM stacks to China denied
    hbm_warning: Series  # quarters in which the coming ban was publicly known
    us_servicing: Series  # service by US persons at advanced Chinese fabs denied
    tools_denied: Series  # share of the tool-making countries whose listed tools are denied to such a fab
    fdd: Series  # a large 7 nm die for an unlisted Chinese designer denied at a foreign foundry
    weights_control: Series  # closed weights above the line denied outside Tier 1
    # strengths, for what no clause says
    allied_servicing: Series
    coercion: Series
    deals: Series
    compute_governance: Series
    open_weights_limits: Series
    api_limits: Series
    chinese_model_limits: Series
    huawei_blocking: Series
    permitting: Series
