using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Judging;

/// <summary>Observations of one probe from one vantage point that contradict the settled state, and wait for others to agree (TRUTH 5).</summary>
/// <param name="Suspected">What the last of them says.</param>
/// <param name="When">In which it began, if it did.</param>
/// <param name="StillToAgree">So many more looks in a row from there make it a state; one that says otherwise makes it a blip. At least 1. Another vantage point or probe that agrees settles it sooner where a single look would.</param>
public sealed record Suspicion(ProbeId Probe, VantagePointId From, State Suspected, Bounds When, Cause? Because, int StillToAgree);
