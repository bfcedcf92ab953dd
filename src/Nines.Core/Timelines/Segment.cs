using System.Collections.Immutable;
using Nines.Core.Components;
using NodaTime;

namespace Nines.Core.Timelines;

/// <summary>
/// What is known of a component from one instant to the next segment: the state lies in [<see cref="Best"/>, <see cref="Worst"/>],
/// and is likely <see cref="Likely"/>. Where nothing was seen, best is up, worst is down, likely is unknown.
/// </summary>
/// <param name="From">First instant of the segment; it lasts until the next one begins.</param>
/// <param name="Best">Surely not better than this: the surely-timeline. One of the four ordered states.</param>
/// <param name="Likely">One of the four ordered states, or unknown.</param>
/// <param name="Worst">Possibly this bad: the possibly-timeline. One of the four ordered states.</param>
public sealed record Segment(Instant From, State Best, State Likely, State Worst)
{
    /// <summary>Why it is not up; null while it is surely up.</summary>
    public Cause? Cause { get; init; }

    /// <summary>The outage that this segment belongs to (its own name, "shop-api-7"); null outside of outages.</summary>
    public string? Outage { get; init; }

    /// <summary>The maintenance window that it lies in; what was seen stays in the three states.</summary>
    public string? Window { get; init; }

    /// <summary>The state as a person is told it.</summary>
    public State Shown => Window is not null && Likely is not (State.Up or State.Unknown) ? State.Maintenance : Likely;

    /// <summary>True when the last thing seen in it was that users are served, and after it nothing was seen: an outage that it is part of is over where it ends.</summary>
    public bool EndsSeen(Segment next) => Likely is State.Up or State.Degraded && next.Likely == State.Unknown;

    /// <summary>Equal but for where it begins: two such neighbours are one segment.</summary>
    public bool SaysTheSameAs(Segment other) => this with { From = default } == other with { From = default };

    public static Segment Unseen(Instant from) => new(from, State.Up, State.Unknown, State.Down);
}

/// <summary>Why a component is not up.</summary>
/// <param name="Kind">One of seven; unexplained when nothing supports another.</param>
/// <param name="Because">The evidence in one sentence: the broken condition, the refusal, the root.</param>
public sealed record Cause(CauseKind Kind, string Because)
{
    /// <summary>For upstream: the roots, the earliest first.</summary>
    public ImmutableArray<ComponentId> Roots { get; init; } = [];

    /// <summary>What broke, as a stable machine word: the refusal's code (connection_refused), timed_out_ and the phase, or the signal of the decisive
    /// condition (head_lag). For upstream it is the first root's. Null where nothing says, and in facts of versions before 0.3.</summary>
    public string? Code { get; init; }

    public bool Equals(Cause? other) =>
        other is not null && Kind == other.Kind && Because == other.Because && Code == other.Code && Roots.AsSpan().SequenceEqual(other.Roots.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Kind, Because, Code, Roots.IsDefault ? 0 : Roots.Length);
}
