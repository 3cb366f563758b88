"""Where a case can stand. Source: the canonical case in docs/lifecycle.md."""

from enum import StrEnum


class Stage(StrEnum):
    """The one stage a case is in; being paused is a flag beside it, not a stage."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    AWAITING_HEAD_CONSENT = "awaiting_head_consent"
    AWAITING_ALIGNMENT = "awaiting_alignment"
    TRIAGE = "triage"
    SCOPING = "scoping"
    MATCHING = "matching"
    PARTNER_OFFERED = "partner_offered"
    AGREEMENT_DRAFTING = "agreement_drafting"
    FUNDING_APPROVAL = "funding_approval"
    AWAITING_SIGNATURES = "awaiting_signatures"
    AGREED = "agreed"
    IN_DELIVERY = "in_delivery"
    FINAL_REVIEW = "final_review"
    CLOSED = "closed"
    ARCHIVED = "archived"
    SIGNPOSTED = "signposted"
    ENROLLED = "enrolled"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    NO_PARTNER = "no_partner"
    LAPSED = "lapsed"
    TERMINATED = "terminated"
    MERGED_INTO = "merged_into"
    VOIDED_IN_ERROR = "voided_in_error"

    @property
    def words(self) -> str:
        """The stage as people say it: 'awaiting head consent'."""
        return self.value.replace("_", " ")


TERMINAL = frozenset(
    {
        Stage.ARCHIVED,
        Stage.SIGNPOSTED,
        Stage.ENROLLED,
        Stage.DECLINED,
        Stage.WITHDRAWN,
        Stage.NO_PARTNER,
        Stage.LAPSED,
        Stage.TERMINATED,
        Stage.MERGED_INTO,
        Stage.VOIDED_IN_ERROR,
    }
)
"""Stages in which the case has ended; out of some of them it can be reopened."""

COMING = {
    Stage.TERMINATED: "termination by the principal adviser with a second person (transition 26)",
    Stage.MERGED_INTO: "merging duplicate requests (transition 27)",
    Stage.VOIDED_IN_ERROR: "voiding a case opened in error (transition 27)",
}
"""Stages that exist in the record's vocabulary and that nothing leads to yet."""

OPEN = frozenset(Stage) - TERMINAL - {Stage.CLOSED}
"""Stages in which the request is still being dealt with; a closed case still awaits its follow-up."""

DELIVERING = frozenset({Stage.AGREED, Stage.IN_DELIVERY})
HELD = frozenset({Stage.IN_DELIVERY, Stage.FINAL_REVIEW})
"""Stages in which visits that were held are confirmed, disputed and settled."""
