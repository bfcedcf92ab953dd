using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Pricing.Money;

namespace Nines.Pricing.Losses;

/// <summary>What kind of money was lost. Liabilities are never added to lost revenue.</summary>
public enum LossClass
{
    /// <summary>What users would have paid.</summary>
    Revenue,
    /// <summary>What a protocol did not pay, or took: rewards forgone, penalties, slashing.</summary>
    Stake,
    /// <summary>Credits that contracts promise to customers.</summary>
    Credits,
    /// <summary>What customers claim beyond contracts.</summary>
    Claims,
    /// <summary>What authorities or contracts fine.</summary>
    Penalties,
}

/// <summary>Where a spread comes from.</summary>
public enum SpreadSource
{
    /// <summary>When it began and ended is known only within bounds.</summary>
    OutageBounds,
    /// <summary>What users would have done varies.</summary>
    Demand,
    /// <summary>The model itself: a fit with an error, a share that was assumed.</summary>
    Model,
}

/// <summary>One reason why low and high differ.</summary>
/// <param name="Alone">The loss if this were the only thing not known; its likely value is that of the loss.</param>
public sealed record SpreadReason(SpreadSource Source, Estimate Alone, string Because);

/// <summary>A part of a loss, under its name: penalty, forgone, …</summary>
public sealed record LossPart(string Name, Estimate Amount);

/// <summary>What one model says that one episode cost.</summary>
public sealed record Loss
{
    /// <summary>The model's name, unique in a plan.</summary>
    public required string Model { get; init; }

    public required ComponentId Component { get; init; }
    public required LossClass Class { get; init; }
    public required Currency Currency { get; init; }
    public required Estimate Amount { get; init; }

    /// <summary>What the amount is made of, where a model keeps kinds of loss apart: they add up to it. Empty where it does not.</summary>
    public ImmutableArray<LossPart> Parts { get; init; } = [];

    /// <summary>Empty where low and high are the same.</summary>
    public ImmutableArray<SpreadReason> Reasons { get; init; } = [];

    /// <summary>What was taken for granted because nothing says, as whole sentences.</summary>
    public ImmutableArray<string> Assumptions { get; init; } = [];
}
