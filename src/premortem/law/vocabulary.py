"""The fields that a clause may speak of: name, type, unit, meaning, and what is assumed when a transaction leaves one
out.
"""

from typing import Any, Literal, NamedTuple

import polars as pl

Kind = Literal[
    "chip", "hbm_stack", "sme_tool", "sme_part", "servicing", "logic_die", "closed_weights", "open_weights", "software"
]  # fmt: skip
KINDS: tuple[Kind, ...] = (
    "chip",
    "hbm_stack",
    "sme_tool",
    "sme_part",
    "servicing",
    "logic_die",
    "closed_weights",
    "open_weights",
    "software",
)


# What an item is for. The civil ones first; the others are asked about by parts 744 and 740 of the EAR.
END_USES = (
    "data_centre", "development", "production", "storage", "packaging", "fab", "sme_development", "supercomputer",
    "military", "military_intelligence", "nuclear", "missile", "chemical_biological", "training_for_weapons",
)  # fmt: skip


# Words for an exporter that name no firm.
EXPORTERS = ("reseller", "fabricator", "designer", "distributor")


class Field(NamedTuple):
    """A field of a transaction."""

    type: Literal["text", "number", "flag", "country", "date"]
    unit: str
    says: str
    default: Any = None
    given: bool = True  # whether a user may give it; else it is worked out
    choices: tuple[str, ...] = ()  # the only texts that it may hold; empty where any will do

    @property
    def most(self) -> float:
        """Largest value that a number may take; 1 for a share."""
        return 1.0 if self.unit == "share" else 1e31


FIELDS: dict[str, Field] = {
    # what
    "item": Field("text", "", "a chip by its name in the catalogue, or a kind of item", "chip"),
    "kind": Field("text", "", f"kind of item: {', '.join(KINDS)}", given=False, choices=KINDS),
    "quantity": Field("number", "units", "how many", 1),
    "tpp": Field("number", "TPP", "total processing performance of one unit"),
    "performance_density": Field("number", "TPP/mm2", "TPP over the applicable die area"),
    "memory_gb_s": Field("number", "GB/s", "total memory bandwidth of one unit"),
    "interconnect_gb_s": Field("number", "GB/s", "bidirectional transfer rate to other chips, summed"),
    "datacentre": Field("flag", "", "designed or marketed for data centres", True),
    "density_gb_s_mm2": Field("number", "GB/s/mm2", "memory bandwidth density of a stack"),
    "sold_in_us": Field("flag", "", "the chip was on sale in the US on 15 January 2026", True),
    "node_nm": Field("number", "nm", "process node of a die"),
    "non_planar": Field("flag", "", "the die has non-planar transistors, whatever its node", False),
    "transistors_bn": Field("number", "billion", "aggregated approximated transistor count of the package"),
    "hbm": Field("flag", "", "the package holds high-bandwidth memory", True),
    "ops": Field("number", "operations", "operations that trained a model"),
    "best_open_ops": Field("number", "operations", "operations that trained the best published model", 0.0),
    "published": Field("flag", "", "the weights are published", False),
    "shipment_tpp": Field("number", "TPP", "quantity times TPP", given=False),
    # where and who
    "destination": Field("country", "ISO3", "where it goes"),
    "from": Field("country", "ISO3", "where it is shipped from [default: where it is made]"),
    "consignee": Field("text", "", "ultimate consignee", ""),
    "intermediate": Field("text", "", "intermediate consignee, by name", ""),
    "end_user": Field("text", "", "end user, by name", ""),
    "parent": Field("text", "", "ultimate parent of the consignee, by name", ""),
    "cleared": Field(
        "text",
        "",
        "names near a listed one that were looked at, each with the reason: `NAME=reason`, several separated by semicolons",
        "",
    ),
    "chips_held": Field("number", "chips", "chips in one unit: 1, or what a system holds", given=False),
    "entity_listed": Field("flag", "", "a named party is on the Entity List that day", False, given=False),
    "entity_policy": Field(
        "text", "", "strictest policy by which a licence for a named, listed party is reviewed", "", given=False
    ),
    "footnote_1": Field("flag", "", "a named party is listed with footnote 1", False, given=False),
    "footnote_3": Field("flag", "", "a named party is listed with footnote 3", False, given=False),
    "footnote_4": Field("flag", "", "a named party is listed with footnote 4", False, given=False),
    "footnote_5": Field("flag", "", "a named party is listed with footnote 5", False, given=False),
    "denied_listed": Field("flag", "", "a named party is on the Denied Persons List", False, given=False),
    "sdn_listed": Field("flag", "", "a named party is a specially designated national", False, given=False),
    "military_listed": Field("flag", "", "a named party is on the Military End-User List", False, given=False),
    "unverified_listed": Field("flag", "", "a named party is on the Unverified List", False, given=False),
    "near_name": Field(
        "flag",
        "",
        "a named party is only near a listed one or cannot be looked up, and was not cleared",
        False,
        given=False,
    ),
    "headquarters": Field(
        "country",
        "ISO3",
        "headquarters of the consignee [default: its seat where its name is known, else the destination]",
    ),
    "parent_headquarters": Field(
        "country",
        "ISO3",
        "headquarters of its ultimate parent [default: as its name or the consignee's is known, else its own]",
    ),
    "exporter": Field("text", "", f"nvidia, amd, {', '.join(EXPORTERS)} ... [default: the chip's vendor]"),
    "exporter_hq": Field(
        "country",
        "ISO3",
        "headquarters of the exporter [default: USA; of a tool or part, where it is shipped from]",
        "USA",
    ),
    "status": Field(
        "text",
        "",
        "validated end user: none, uveu (universal), nveu (national), veu (data centre, from 2 October 2024)",
        "none",
        choices=("none", "uveu", "nveu", "veu"),
    ),
    "prc_equipment": Field(
        "flag", "", "a VEU's site holds equipment of Macau or D:5 makers that has alternatives", False
    ),
    "military_ties": Field("flag", "", "a VEU has ties to military or military-intelligence end users", False),
    "end_use": Field("text", "", f"what it is for: {', '.join(END_USES)}", "data_centre", choices=END_USES),
    "destination_region": Field(
        "text",
        "",
        "an occupied region of Ukraine that it goes to: crimea, dnr (Donetsk), lnr (Luhansk); other: none of them",
        "",
        choices=("crimea", "dnr", "lnr", "other"),
    ),
    "designer_hq": Field(
        "country", "ISO3", "headquarters of the chip's designer [default: the catalogue's, else the exporter's]"
    ),
    "uvl_statement": Field("flag", "", "a party on the Unverified List has signed the statement of 744.15"),
    "private_sector": Field("flag", "", "the end user is private", True),
    "designer": Field("text", "", "of a die: approved, authorised, unlisted", "unlisted"),
    "packaged_by": Field(
        "text", "", "fabricator, approved_osat, none", "none", choices=("fabricator", "approved_osat", "none")
    ),
    "packaged_in": Field("country", "ISO3", "where a die is packaged"),
    "made_in": Field("country", "ISO3", "where a tool or part is made", "USA"),
    "us_chip_inside": Field("flag", "", "a tool holds a chip of US origin or technology", True),
    "listed": Field(
        "flag",
        "",
        "listed by ECCN, whatever the fab's node: a tool or part of 3B001 or 3B002, service on one, software of 3D006",
        False,
    ),
    "us_items": Field("flag", "", "US items are used in the service", True),
    "person": Field("country", "ISO3", "nationality of who gives the service", "USA"),
    "fab_node_nm": Field("number", "nm", "logic node of the fab that receives, or of the chip that software designs"),
    "fab_nand_layers": Field("number", "layers", "layers of the NAND that it makes, if it makes memory"),
    "fab_dram_nm": Field("number", "nm", "half-pitch of the DRAM that it makes, if it makes memory (test to 2024)"),
    "fab_dram_cell_area": Field("number", "um2", "area of a cell of that DRAM (test since December 2024)"),
    "fab_dram_density": Field("number", "Gb/mm2", "density of that DRAM (test since December 2024)"),
    "pflops_fp64": Field("number", "petaflops", "FP64 speed of the supercomputer that a chip is for"),
    "pflops_fp32": Field("number", "petaflops", "FP32 speed of it"),
    "cubic_feet": Field("number", "cubic feet", "space that it fills"),
    "ownership": Field("number", "share", "share of the consignee owned by listed parties", 0.0),
    "notice_given": Field("flag", "", "BIS was told 25 days before and did not object (15 CFR 740.8)", True),
    "certified": Field("flag", "", "the certificates that an exception or review asks for are given", True),
    "storage_14_15_18": Field(
        "flag", "", "the store of weights, or a VEU's site, meets paragraphs 14, 15 and 18 of Supplement No. 10", True
    ),
    # when, and totals so far
    "date": Field("date", "", "day of export"),
    "used_tpp": Field("number", "TPP", "already licensed to the destination under its allocation", 0.0),
    "consignee_tpp_this_year": Field(
        "number", "TPP", "already received by the consignee under LPP this calendar year", 0.0
    ),
    "consignee_tpp_last_year": Field("number", "TPP", "the same last year; it does not count", 0.0),
    "country_raise": Field("number", "share", "raise of the destination's allocation by arrangement", 0.0),
    "installed_tpp": Field("number", "TPP", "installed base of a national VEU in the destination", 0.0),
    "retired_tpp": Field("number", "TPP", "part of it that has failed, left or been sold", 0.0),
    "tier1_share_after": Field("number", "share", "of a universal VEU's fleet in Tier 1 and the US after the shipment"),
    "country_share_after": Field("number", "share", "of its fleet in the destination after the shipment"),
    "us_share_after": Field("number", "share", "of its fleet in the US after the shipment"),
    "us_share": Field("number", "ratio", "shipments of the product to China and Macau over those to US customers", 0.0),
    "country_tpp_after": Field("number", "TPP", "licensed to the destination with this shipment", given=False),
    "consignee_tpp_after": Field(
        "number", "TPP", "under LPP to the consignee this year with this shipment", given=False
    ),
    "installed_tpp_after": Field("number", "TPP", "installed base with this shipment, net of retirements", given=False),
    # worked out
    "eccn": Field(
        "text",
        "",
        "classification as of the date: 3A090, 3A090.a, 3A090.b, 3A090.c, 3B001, 3B090, 3D006, 4E091; else 3A991, 3B991, 3D991, or none",
        given=False,
    ),
    "advanced_dram": Field("flag", "", "the fab makes DRAM that is advanced by the test of the day", given=False),
    "presumption_rebutted": Field(
        "flag", "", "a route of Note 1 to 3A090.a rebuts the presumption against a die", given=False
    ),
    "destination_tier": Field("number", "", "tier of the destination", given=False),
    "destination_d5": Field("flag", "", "Macau or Country Group D:5", given=False),
    "destination_d1": Field("flag", "", "Country Group D:1", given=False),
    "destination_d1_d4": Field("flag", "", "Country Group D:1 or D:4", given=False),
    "destination_a5_a6": Field("flag", "", "Country Group A:5 or A:6", given=False),
    "headquarters_tier": Field("number", "", "tier of the consignee's headquarters", given=False),
    "parent_tier": Field("number", "", "tier of its ultimate parent's headquarters", given=False),
    "party_tier": Field("number", "", "strictest tier among headquarters and ultimate parent", given=False),
    "party_d5": Field(
        "flag",
        "",
        "headquarters or ultimate parent, of the consignee or of another named party that is known, in Macau or D:5",
        given=False,
    ),
    "named_d5": Field(
        "flag", "", "a named party is known to have its ultimate parent in Macau or D:5", False, given=False
    ),
    "party_us_a5_a6": Field("flag", "", "headquarters and ultimate parent in the US, A:5 or A:6", given=False),
    "exporter_us_a5": Field("flag", "", "exporter headquartered in the US or A:5", given=False),
    "made_in_supp4": Field("flag", "", "made in a place of Supplement No. 4 to part 742", given=False),
    "designer_d5": Field("flag", "", "the chip's designer is headquartered in Macau or D:5", given=False),
    "packaged_in_d5": Field("flag", "", "packaged in Macau or D:5", given=False),
}

# Flags that clauses of the stage `define` settle; false on a day on which none does.
DEFINED = ("advanced_dram", "presumption_rebutted")
# Running totals, which are known only when the clause that keeps one has its turn.
TOTALS = ("country_tpp_after", "consignee_tpp_after", "installed_tpp_after")
# Flags that lists of parties settle.
LISTED = (*(n for n in FIELDS if n.endswith("_listed") or n.startswith("footnote_")), "near_name")

TYPES: dict[str, Any] = {
    "text": pl.String,
    "country": pl.String,
    "number": pl.Float64,
    "flag": pl.Boolean,
    "date": pl.Date,
}

# Fields that do not apply where one of some others is given, and the value that says so: a fab that makes NAND makes no
# logic.
DRAM = ("fab_dram_nm", "fab_dram_cell_area", "fab_dram_density")
INSTEAD: dict[str, tuple[float, tuple[str, ...]]] = {
    "fab_node_nm": (1e9, ("fab_nand_layers", *DRAM)),
    "fab_nand_layers": (0.0, ("fab_node_nm", *DRAM)),
    "fab_dram_nm": (1e9, ("fab_node_nm", "fab_nand_layers")),
    "fab_dram_cell_area": (1e9, ("fab_node_nm", "fab_nand_layers")),
    "fab_dram_density": (0.0, ("fab_node_nm", "fab_nand_layers")),
    "pflops_fp64": (0.0, ("pflops_fp32",)),
    "pflops_fp32": (0.0, ("pflops_fp64",)),
}

# How each outcome reads.
READS = {
    "no_licence_required": "No licence needed",
    "exception:AIA": "No licence needed: exception AIA covers it",
    "exception:ACM": "No licence needed: exception ACM covers it",
    "exception:LPP": "No licence needed: exception LPP covers it, until the consignee reaches its yearly limit",
    "exception:ACA": "No licence needed: exception ACA covers it",
    "exception:NAC": "May go under exception NAC, after notice to BIS",
    "exception:HBM": "May go under exception HBM",
    "veu:data_centre": "May go under the consignee's status as a validated data-centre end user",
    "veu:universal": "May go under the consignee's universal VEU status",
    "veu:national": "May go under the consignee's national VEU status",
    "licence:presumption_of_approval": "A licence is needed; approval is presumed",
    "licence:case_by_case": "A licence is needed; it is judged case by case",
    "licence:presumption_of_denial": "A licence is needed; denial is presumed",
    "licence:policy_of_denial": "A licence is needed; denial is the policy",
    "prohibited": "Prohibited",
}
# Rank of outcomes from free to barred, to say which changes help.
RANK = {name: i for i, name in enumerate(READS)}
OUTCOMES = tuple(READS)
# A party's name is near a listed one's: nothing moves until a person has looked.
SCREENING = "needs:screening"
# How strict each outcome is, from 1: of the requirements left, the strictest policy counts.
STRICTNESS = {
    name: i
    for i, name in enumerate(
        [
            *OUTCOMES[: OUTCOMES.index("licence:presumption_of_denial")],
            SCREENING,
            *OUTCOMES[OUTCOMES.index("licence:presumption_of_denial") :],
        ],
        start=1,
    )
}
# Outcomes after which nothing moves without a change of mind by the regulator.
DENIED = ("licence:presumption_of_denial", "licence:policy_of_denial", "prohibited")


def given_fields() -> tuple[str, ...]:
    """Fields that a transaction or a ledger may hold."""
    return tuple(name for name, field in FIELDS.items() if field.given)
