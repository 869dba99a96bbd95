"""What stands under US conditions: by licence or deal, by the allies' own alignment, by who runs it, by the law on the chip."""

from typing import Any

import jax

from premortem.cases.us_ai_2025.world.inputs import Regions


def conditioned(
    additions: jax.Array, partner_run: jax.Array, politics: Any, levers: Any, places: Regions, p: Any
) -> jax.Array:
    """Additions outside the US and China under US conditions that can be enforced [MH], shape (future,).

    Where a licence is needed it carries conditions, elsewhere a deal does a part of them (`deal_depth`), in Tier 1 the allies'
    own alignment and the terms of universal VEUs. What they leave, US law on a US operator carries in part
    (`operator_terms`), of what partners do not run themselves (`partner_run`, a share of additions, (region, future)); and
    the law that follows the chip `end_user_conditions`: no firm with its seat in China may have it, nor may it be re-exported
    to one (15 CFR 734.14 and 742.6). Conditions on paper bind as far as `enforcement` goes, further with compute governance
    that holds. The depths are judgement.
    """
    licensed = levers.licensed[:, None]
    abroad = licensed + (1 - licensed) * (levers.deals * p.deal_depth)[None]
    allied = (politics.alignment + (1 - politics.alignment) * levers.prc_condition * p.uveu_share)[None]
    operator = (p.uveu_share * p.operator_terms)[None] * (1 - partner_run)
    follows = levers.end_user_rule[:, None] * p.end_user_conditions[None]
    free = (1 - places.other * abroad - places.ally * allied) * (1 - operator) * (1 - follows)
    enforced = p.enforcement + (1 - p.enforcement) * levers.compute_governance * politics.held
    return enforced * (additions * (places.other + places.ally) * (1 - free)).sum(0)
