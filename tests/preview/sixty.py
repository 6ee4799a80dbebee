"""A process of sixty steps with every kind of block, for pictures and pages that must stay readable."""

STAGES = ("apply", "check", "decide", "deliver")


def sixty() -> str:
    """The body of a process in the manner of `tests.runtime.small`."""
    return f"stages: [{', '.join(STAGES)}]\nsteps:\n" + "".join(_phase(n, stage) for n, stage in enumerate(STAGES, 1))


def _phase(n: int, stage: str) -> str:
    return f"""
  - {{ id: hello_{n}, type: email, stage: {stage}, to: "${{ inputs.email }}", template: hello, title: Say hello again }}
  - id: look_{n}
    type: task
    title: Look at the papers of ${{ inputs.email }} and compare them with what the register of companies says
    candidate_groups: [client-success, legal]
    outcomes: [good, bad, unclear]
    due: 2 business days
    reminders:
      - {{ every: 1 business day, max_times: 3 }}
    escalate:
      - {{ after: 3 business days, to: helen }}
      - after: 4 business days
        steps:
          - {{ id: warn_{n}, type: email, to: "${{ inputs.email }}", template: again }}
          - {{ id: ask_{n}, type: task, title: Phone them, assignee: sam, timeout: 5 days, on_timeout: continue }}
    timeout: 10 business days
    on_timeout:
      - {{ id: tell_{n}, type: email, to: "${{ inputs.email }}", template: again }}
      - {{ id: gone_{n}, type: stop, outcome: gone }}
  - id: ways_{n}
    type: choose
    cases:
      - if: steps.look_{n}.outcome == "good"
        steps:
          - {{ id: fine_{n}, type: set, values: {{ mark_{n}: fine }} }}
      - if: steps.look_{n}.outcome == "bad"
        steps:
          - {{ id: sorry_{n}, type: email, to: "${{ inputs.email }}", template: again }}
          - {{ id: refused_{n}, type: stop, outcome: refused }}
  - id: rounds_{n}
    type: repeat
    until: steps.sign_{n}.outcome == "approve"
    max_times: 4
    on_max_times: continue
    steps:
      - {{ id: paper_{n}, type: document, template: paper, fields: {{ client: "${{ inputs.email }}" }} }}
      - id: sign_{n}
        type: task
        title: Sign it off
        candidate_groups: [legal]
        outcomes: [approve, change]
        timeout: never
  - id: beside_{n}
    type: parallel
    branches:
      - id: first_{n}
        steps:
          - {{ id: one_{n}, type: task, title: Order the parts, assignee: sam, timeout: never }}
          - {{ id: two_{n}, type: email, to: "${{ inputs.email }}", template: hello }}
      - id: second_{n}
        steps:
          - id: inner_{n}
            type: group
            timeout: 8 days
            on_timeout: continue
            steps:
              - {{ id: three_{n}, type: task, title: Tell the insurance, assignee: helen, timeout: never }}
  - {{ id: pause_{n}, type: wait, duration: 3 days }}
"""
