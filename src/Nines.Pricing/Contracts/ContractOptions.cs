using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Core.Components;
using Nines.Pricing.Money;
using NodaTime;

namespace Nines.Pricing.Contracts;

/// <summary>How often a contract is settled.</summary>
public enum SettledPer
{
    Month,
    Quarter,
}

/// <summary>What a fee is for.</summary>
public enum FeePer
{
    Month,
    Quarter,
    Year,
}

/// <summary>How several components make one promise.</summary>
public enum PromiseOf
{
    /// <summary>The worst of them decides on the whole fee.</summary>
    Worst,
    /// <summary>Each is measured by itself and stands for an equal part of the fee.</summary>
    Each,
}

/// <summary>What becomes of time that nobody saw. It is never billed as an outage.</summary>
public enum UnseenTime
{
    /// <summary>Availability is a share of the time that was seen.</summary>
    LeftOut,
    /// <summary>It counts as up: availability is a share of all the period.</summary>
    Up,
}

/// <summary>What a customer was promised, and what is due when it is not kept.</summary>
public sealed record ContractOptions
{
    [Description("Unique.")]
    public required string Name { get; init; }

    [Description("Whom it is with, as the statement names them. Default: the name.")]
    public string? Customer { get; init; }

    [Description("What it promises the availability of.")]
    public required ImmutableArray<ComponentId> Components { get; init; }

    [Description("With several components: the worst decides on the whole fee, or each on an equal part. Default: worst.")]
    public PromiseOf Of { get; init; }

    [Description("What the customer pays, such as 10000 USD.")]
    public required Amount Fee { get; init; }

    [Description("What the fee is for. Default: month.")]
    public FeePer Per { get; init; }

    [Description("How often availability is settled: by calendar month or calendar quarter. Default: month.")]
    public SettledPer Period { get; init; }

    [Description("The IANA zone in which months begin, and the claim's last day is counted. Default: UTC.")]
    public string Zone { get; init; } = "UTC";

    [Description("When it came into force. The fee of the period in which it did counts for the share of time from then on.")]
    public Instant? From { get; init; }

    [Description("When it ends; the first instant after it.")]
    public Instant? To { get; init; }

    [Description("The policy by which it counts downtime: state weights, shortest outage, maintenance. Default: the config's policy.")]
    public string? Policy { get; init; }

    [Description("Credits by reached availability, from the highest edge to the lowest. The lowest that was missed counts alone.")]
    public ImmutableArray<TierOptions> Tiers { get; init; } = [];

    [Description("Instead of tiers: the credit is so many times the downtime's share of the period's fee.")]
    [Range(0.01, 10_000.0)]
    public decimal? Factor { get; init; }

    [Description("The most that is due, of the period's fee. Default: 100%.")]
    public Percentage Cap { get; init; } = new(1);

    [Description("A credit below this is not due.")]
    public Amount? MinimumCredit { get; init; }

    [Description("What the contract leaves out of downtime, beside what its policy does.")]
    public ImmutableArray<ExclusionOptions> Exclusions { get; init; } = [];

    [Description("What becomes of time that nobody saw. Default: left_out.")]
    public UnseenTime Unseen { get; init; }

    [Description("Below this coverage the statement says that its figures rest on too little. Default: 99%.")]
    public Percentage Coverage { get; init; } = new(0.99m);

    [Description("How many days after the period's end the customer may claim.")]
    [Range(0, 3_660)]
    public int ClaimDays { get; init; } = 30;
}

/// <summary>A credit for an availability.</summary>
public sealed record TierOptions
{
    [Description("The edge: a lower availability earns the credit; the edge itself does not.")]
    public required Percentage Below { get; init; }

    [Description("Where the tier ends, as contracts write it (99.0% to 99.99%). It is only checked: it has to be the next tier's edge.")]
    public Percentage? DownTo { get; init; }

    [Description("What is due, of the period's fee.")]
    public required Percentage Credit { get; init; }
}

/// <summary>Downtime that a contract does not answer for. All that is given has to hold.</summary>
public sealed record ExclusionOptions
{
    [Description("Why, as the contract says it.")]
    public required string Reason { get; init; }

    [Description("Downtime of these causes.")]
    public ImmutableArray<CauseKind> Causes { get; init; } = [];

    [Description("Downtime that one of these components brought about: a provider, or what is the customer's own.")]
    public ImmutableArray<ComponentId> Roots { get; init; } = [];

    [Description("Downtime from then on: force majeure, an agreed window.")]
    public Instant? From { get; init; }

    [Description("Downtime before then.")]
    public Instant? To { get; init; }
}
