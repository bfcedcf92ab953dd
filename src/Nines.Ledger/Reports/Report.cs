using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger.Availability;
using Nines.Ledger.Outages;
using Nines.Ledger.Policies;
using NodaTime;

namespace Nines.Ledger.Reports;

/// <summary>Availability of every component over [From, To) under a policy, as of a journal position: the same three give the same report (TRUTH 15).</summary>
public sealed record Report(JournalPosition AsOf, Instant From, Instant To, Policy Policy, ImmutableArray<ComponentReport> Components);

public sealed record ComponentReport
{
    public required ComponentId Component { get; init; }

    /// <summary>Null when none of the time is known: that is neither 0 % nor 100 %.</summary>
    public Share? Availability { get; init; }

    /// <summary>Share of the judged time that was seen; over regions weighted as availability is.</summary>
    /// <value>0 to 1.</value>
    public required decimal Coverage { get; init; }

    /// <summary>Shorter outages may have been missed; null without probes of its own.</summary>
    public Duration? Resolution { get; init; }

    /// <summary>Time in states of the component as a whole.</summary>
    public required Tally Tally { get; init; }

    public SeenTime Seen => new(Availability, Coverage, Tally);

    /// <summary>The end of the window that is not judged yet: in no figure.</summary>
    public required Duration NotYetKnown { get; init; }

    /// <summary>Outages that possibly reached into the window, open ones included; without the false alarms that the policy leaves out.</summary>
    public required int Outages { get; init; }

    /// <summary>False alarms that are in no count and no mean, because the policy takes people's word; 0 under others.</summary>
    public int FalseAlarmsLeftOut { get; init; }

    public required int OpenOutages { get; init; }

    public required int RegionalOutages { get; init; }

    public required int Blips { get; init; }

    /// <summary>What people corrected by hand of these outages, and of those that are left out.</summary>
    public HandCorrections ByHand { get; init; }

    /// <summary>The one with the greatest likely length, in full, also where it reaches beyond the window.</summary>
    public Outage? Longest { get; init; }

    /// <summary>Mean length of the closed outages; null without one.</summary>
    public Length? MeanTimeToRepair { get; init; }

    /// <summary>The 95 % interval of the mean time to repair that so few outages allow, see <see cref="Confidence.MeanTimeToRepair"/>; null without one that lasted.</summary>
    public RepairLimits? MeanTimeToRepairLimits { get; init; }

    /// <summary>From the onset of outages to when the journal first said that it is likely down; null when none of them was judged here.</summary>
    public TimeTo? MeanTimeToDetect { get; init; }

    /// <summary>From the onset to the first notice of it that was delivered; null when there was none.</summary>
    public TimeTo? MeanTimeToNotify { get; init; }

    /// <summary>From the onset to when somebody took it up; null when nobody did.</summary>
    public TimeTo? MeanTimeToAcknowledge { get; init; }

    /// <summary>Null while nothing is known.</summary>
    public BetweenFailures? MeanTimeBetweenFailures { get; init; }

    /// <summary>What the closed outages that count allow to say of the years to come; null without one. Of the component as a whole, down or not.</summary>
    public LongRun? LongRunAvailability { get; init; }
}

/// <summary>Availability over a stretch of time, and the time that it rests on.</summary>
/// <param name="Availability">Null when none of the time is known.</param>
/// <param name="Coverage">0 to 1.</param>
public readonly record struct SeenTime(Share? Availability, decimal Coverage, Tally Tally);

/// <summary>The 95 % interval of the long-run availability, see <see cref="Confidence.LongRunAvailability"/>.</summary>
/// <value>Each 0 to 1.</value>
public sealed record LongRun(decimal Low, decimal High);

/// <summary>How rare outages are, with the 95 % interval that so few of them allow.</summary>
/// <param name="Likely">Known time by outages that began in it; null without an outage.</param>
/// <param name="High">Null without an outage: then there is no upper limit.</param>
public sealed record BetweenFailures(Duration? Likely, Duration Low, Duration? High);

/// <summary>Limits on a mean.</summary>
public sealed record RepairLimits(Duration Low, Duration High);

/// <summary>
/// How long something took after the onset, on average. Its bounds are those of the onsets. It has no statistical interval: how long looking and
/// reacting take follows from intervals and people, and no law of chance is known for it.
/// </summary>
/// <param name="Mean">Not below zero: what was said of an outage whose onset was not settled yet counts from then.</param>
/// <param name="Outages">How many of the outages it is the mean of: those for which it is on record, and that began in the window.</param>
public sealed record TimeTo(Length Mean, Duration Longest, int Outages);
