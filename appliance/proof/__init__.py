"""What shows on paper that the cabinet judges as it promises: studies, challenge boards, the
acceptance sheet."""
