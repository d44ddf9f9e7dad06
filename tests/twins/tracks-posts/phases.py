"""The four periods of the deployment: the twin of phases.yaml."""

from monctl import Phase

Phase(
    "baseline",
    title="Phase 1: Pre-Deployment (Baseline)",
    description="Establish baseline metrics, document normal performance, set up comparison dashboards.",
)
Phase(
    "migration",
    title="Phase 2: During Migration (Active)",
    description="Real-time migration progress, error detection, performance monitoring.",
)
Phase(
    "validation",
    title="Phase 3: Post-Deployment (Validation)",
    description="Data integrity checks, performance comparison, user impact assessment.",
)
Phase(
    "steady-state",
    title="Phase 4: Ongoing (Steady State)",
    description="Long-term performance tracking, trend analysis, capacity planning.",
)
