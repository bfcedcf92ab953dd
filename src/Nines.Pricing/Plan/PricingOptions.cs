using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using Nines.Core;
using Nines.Core.Components;
using Nines.Pricing.Actions;
using Nines.Pricing.Contracts;
using Nines.Pricing.Defi;
using Nines.Pricing.Liabilities;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Profiles;
using Nines.Pricing.Rates;
using Nines.Pricing.Series;
using Nines.Pricing.Venues;
using Nines.Pricing.Staking.Cosmos;
using Nines.Pricing.Staking.Ethereum;
using Nines.Pricing.Staking.Polkadot;
using Nines.Pricing.Staking.Solana;
using NodaTime;

namespace Nines.Pricing.Plan;

/// <summary>What outages cost, as the config says it: the group <c>pricing</c>.</summary>
public sealed record PricingOptions
{
    [Description("What totals are in. Default: USD.")]
    public Currency Currency { get; init; } = Currency.Usd;

    [Description("What currencies and tokens were worth, by day.")]
    public RatesOptions? Rates { get; init; }

    [Description("Files of what was earned, traded or done in each hour or day: what profiles are learnt from.")]
    public ImmutableArray<SeriesOptions> Series { get; init; } = [];

    [Description("What is lost while a component is not usable: a list, each with the component and exactly one model. Several of one component add up.")]
    public ImmutableArray<LossOptions> Losses { get; init; } = [];

    [Description("What customers were promised, and what is due when it is not kept.")]
    public ImmutableArray<ContractOptions> Contracts { get; init; } = [];

    [Description("What outages may be claimed or fined for, beyond contracts. It is in no sum with losses.")]
    public ImmutableArray<LiabilityOptions> Liabilities { get; init; } = [];
}

/// <summary>What currencies were worth.</summary>
public sealed record RatesOptions
{
    [Description("A CSV with the columns date (2026-01-31), currency and rate: what one of the currency was worth in base.")]
    [FilePath]
    public string? File { get; init; }

    [Description("Rates written here, beside the file's.")]
    public ImmutableArray<RateOptions> Days { get; init; } = [];

    [Description("What rates are in. Default: USD.")]
    public Currency Base { get; init; } = Currency.Usd;

    [Description("How many days an older rate may stand in for a day without one.")]
    [Range(0, 366)]
    public int MaxAgeDays { get; init; } = 7;
}

/// <summary>A rate of one day.</summary>
public sealed record RateOptions
{
    [Description("The day, as 2026-01-31T00:00:00Z.")]
    public required Instant Date { get; init; }

    [Description("Whose worth it is.")]
    public required Currency Currency { get; init; }

    [Description("What one of it was worth in base.")]
    public required decimal Rate { get; init; }
}

/// <summary>One stream of a component, with the model that prices it.</summary>
public sealed record LossOptions
{
    [Description("Whose loss it is: the component that users use. A stream belongs to one component, so nothing is counted twice.")]
    public required ComponentId Component { get; init; }

    [Description("Tells several of one component apart. Default: the model's kind.")]
    public string? Name { get; init; }

    [Description("So much a minute, an hour or a day, always.")]
    public RateLossOptions? Rate { get; init; }

    [Description("What the component is expected to earn at that time of the week, learnt from a series.")]
    public ProfileLossOptions? Profile { get; init; }

    [Description("A venue: the expected volume times the take rate, less what was traded later.")]
    public VenueLossOptions? Venue { get; init; }

    [Description("A dApp: what an action is worth, times the actions that failed, less those that were done later.")]
    public ActionLossOptions? Action { get; init; }

    [Description("Ethereum validators: attestations, proposals, sync committees, inactivity leaks and slashings, to the gwei.")]
    public EthereumLossOptions? Ethereum { get; init; }

    [Description("A validator of a Cosmos chain: jail and slash for downtime, and no rewards in jail.")]
    public CosmosLossOptions? Cosmos { get; init; }

    [Description("A Solana validator: vote credits, and blocks of its leader slots.")]
    public SolanaLossOptions? Solana { get; init; }

    [Description("A validator of Polkadot and its kin: era points, and a slash for being offline with many where the chain still has it.")]
    public PolkadotLossOptions? Polkadot { get; init; }

    [Description("A protocol's fees, by the block or as a series has them.")]
    public FeesLossOptions? Fees { get; init; }

    [Description("Interest that borrowers were charged while they could not repay: a claim, apart from lost revenue.")]
    public InterestLossOptions? Interest { get; init; }

    [Description("Bad debt of positions that nobody could liquidate.")]
    public BadDebtLossOptions? BadDebt { get; init; }

    /// <summary>The models that are given: one, in a config without a mistake.</summary>
    public IEnumerable<(string Kind, ILossOptions Options)> Given() =>
        Models.Select(model => (Kind: KeyOf(model), Options: model.GetValue(this) as ILossOptions)).Where(model => model.Options is not null).Select(model => (model.Kind, model.Options!));

    /// <summary>The kinds that there are, in the order of declaration.</summary>
    public static ImmutableArray<string> Kinds => [.. Models.Select(model => KeyOf(model))];

    private static string KeyOf(PropertyInfo model) => JsonNamingPolicy.SnakeCaseLower.ConvertName(model.Name);

    private static readonly ImmutableArray<PropertyInfo> Models = [.. typeof(LossOptions).GetProperties().Where(property => property.PropertyType.IsAssignableTo(typeof(ILossOptions)))];
}
