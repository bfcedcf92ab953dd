using System.Collections.Immutable;
using Nines.Core;
using Nines.Ledger.Availability;
using Nines.Pricing.Money;
using NodaTime;

namespace Nines.Web.Metrics;

/// <summary>One component's figures as of a journal position and a frontier.</summary>
internal sealed record ComponentFigures
{
    /// <summary>component, kind.</summary>
    public required LabelSet WithKind { get; init; }

    /// <summary>component.</summary>
    public required LabelSet Labels { get; init; }

    public required State State { get; init; }

    /// <summary>As seen from each region; empty unless there is more than one. The labels are component, kind, region.</summary>
    public required ImmutableArray<(LabelSet Labels, State State)> Regions { get; init; }

    /// <summary>Time in effectively down and in down, outside of maintenance windows, by bound.</summary>
    public required DownTime EffectivelyDown { get; init; }

    public required DownTime Down { get; init; }

    /// <summary>Over the last 30 days, under the config's policy; null while nothing of it is known.</summary>
    public required Share? Availability { get; init; }

    /// <summary>Share of the last 30 days, or of the time since the first look when that is less, that was seen.</summary>
    public required double Coverage { get; init; }

    public required Duration? Resolution { get; init; }

    /// <summary>Every outage that was ever named, whatever became of it.</summary>
    public required int OutagesNamed { get; init; }

    /// <summary>When the open outage began: no earlier than, likely, no later than; null while none is open.</summary>
    public required (Instant Earliest, Instant Likely, Instant Latest)? OpenSince { get; init; }

    /// <summary>True when somebody has said that he takes care of the open outage.</summary>
    public required bool IsAcknowledged { get; init; }

    /// <summary>What the open outage costs; null while none is open, or it has no price.</summary>
    public required OpenCost? Cost { get; init; }

    /// <summary>Of each objective that is for it, as of the start of a minute or a change of its timeline.</summary>
    public required ImmutableArray<ObjectiveFigures> Objectives { get; init; }
}

/// <summary>What an open outage has cost so far, and what a minute more adds.</summary>
/// <param name="Labels">component, currency.</param>
internal sealed record OpenCost(LabelSet Labels, Estimate SoFar, Estimate Minute);

/// <summary>One objective of one component.</summary>
/// <param name="Labels">objective, component.</param>
/// <param name="Left">What is left of the budget, as shares of it: at least, likely, at most.</param>
/// <param name="Burn">The likely rate over each long window, with the window's label.</param>
internal sealed record ObjectiveFigures(LabelSet Labels, (decimal Low, decimal Likely, decimal High) Left, ImmutableArray<(LabelSet Window, decimal Rate)> Burn);

/// <summary>Seconds in a state: surely, likely and possibly.</summary>
internal readonly record struct DownTime(double Surely, double Likely, double Possibly);
