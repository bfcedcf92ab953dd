using Nines.Core;
using NodaTime;

namespace Nines.Ledger.History;

/// <summary>A sample on a cadence: what a tool saw of a target at an instant.</summary>
/// <param name="State">One of the four ordered states, maintenance, or unknown: it could not look.</param>
/// <param name="Detail">What it saw, in its own words.</param>
/// <param name="Row">Where the source says so.</param>
public sealed record Look(string Target, Instant At, State State, string Detail, int Row)
{
    /// <summary>How long it took from <see cref="At"/> on, at most: what it saw was so at some instant of that time.</summary>
    public Duration Took { get; init; }

    /// <summary>True where the source says on other grounds that it looked, and saw nothing else, until the next row: then that silence is not unknown.</summary>
    public bool Holds { get; init; }
}

/// <summary>Which of its looks a source writes down.</summary>
public enum LooksRecorded
{
    /// <summary>Each one: silence means that it did not look.</summary>
    Every,
    /// <summary>Those that saw another state than the one before: silence means that nothing changed.</summary>
    Changes,
}

/// <summary>How a tool looks, as far as that is known of it.</summary>
public sealed record LookSource
{
    /// <summary>The tool's name, as causes and assumptions say it.</summary>
    public required string Tool { get; init; }

    public required LooksRecorded Records { get; init; }

    /// <summary>Time between two looks at one target; null learns it from the source's own gaps.</summary>
    public Duration? Cadence { get; init; }

    /// <summary>True when <see cref="Cadence"/> was said by whoever imports, and not read out of the tool's config: then it is not widened by what is seen.</summary>
    public bool CadenceIsGiven { get; init; }

    /// <summary>How long before its instant a look may have begun: a series that is evaluated in steps says again what was seen last.</summary>
    public Duration Age { get; init; }

    /// <summary>Longest time that one look may take.</summary>
    public Duration Timeout { get; init; } = Duration.FromSeconds(30);

    /// <summary>For <see cref="LooksRecorded.Changes"/>: also an unchanged state is written down this often; null never.</summary>
    public Duration? Repeats { get; init; }

    /// <summary>True when the tool looks again before it writes down anything but up: then one row is a confirmed outage and no blip (TRUTH 5).</summary>
    public bool Confirms { get; init; }

    /// <summary>For <see cref="LooksRecorded.Changes"/>: until when the tool is known to have run; null until the last row of all.</summary>
    public Instant? RanUntil { get; init; }
}
