using System.Collections.Immutable;
using System.Globalization;
using Nines.Chains.Evm.Signing;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Core.Time;
using Nines.Probing.Answers;
using Nines.Probing.Paths;
using Nines.Probing.Rpc;

namespace Nines.Probing.Congestion;

/// <summary>Whether a chain serves one action of its users for what they pay and within the time that they wait.</summary>
public sealed class CongestionProbeType : ProbeType
{
    public override string Key => "congestion";
    public override string About => "Compares what an action of your users costs on a chain, and how long it takes to be included, with what they pay and how long they wait.";
    public override Type OptionsType => typeof(CongestionOptions);

    /// <summary>In the order of <see cref="CongestionProbe"/>'s values.</summary>
    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("round_trip", SignalUnit.Seconds, "From the first step to the last byte of the answers."),
        new("head", SignalUnit.Blocks, "Number of the latest block."),
        new("base_fee", SignalUnit.None, "Base fee of the block to come, in gwei."),
        new("priority_fee", SignalUnit.None, "What users pay beside it: the median over recent blocks of the percentile, in gwei."),
        new("gas_price", SignalUnit.None, "Both together, in gwei."),
        new("gas_used_ratio", SignalUnit.Ratio, "How full recent blocks were."),
        new("fee", SignalUnit.None, "What the action costs, in your currency; missing without a price."),
        new("fee_native", SignalUnit.None, "What the action costs, in the chain's own coin."),
        new("fee_share", SignalUnit.Ratio, "The fee as a share of the action's value; missing without one."),
        new("affordable", SignalUnit.Flag, "The next block takes the action within the limit on its fee; missing when the price is not known.") { Evidence = CauseKind.Congestion, ExplainedBy = "why" },
        new("unaffordable_for", SignalUnit.Seconds, "How long no block could have taken the action within the limit; 0 when the next one can.")
            { Evidence = CauseKind.Congestion, ExplainedBy = "why", Onset = SignalOnset.Since, Granularity = 1 },
        new("inclusion", SignalUnit.Seconds, "How long the last canary took to be in a block; 0 before the first."),
        new("canary_waits", SignalUnit.Seconds, "How long the canary that is under way has waited; 0 when none is.") { Evidence = CauseKind.Congestion, Onset = SignalOnset.Since },
        new("canaries", SignalUnit.None, "Canaries that were included since the start."),
        new("why", SignalUnit.Text, "What is too dear; empty when nothing is."),
        new("canary_note", SignalUnit.Text, "Why no canary is sent; empty when there is nothing to say."),
    ];

    public override ImmutableArray<string> DefaultConditions(object options)
    {
        var congestion = (CongestionOptions)options;
        var conditions = ImmutableArray.CreateBuilder<string>();
        if (HasLimit(congestion)) conditions.Add(congestion.MaxInclusion is { } wait ? $"unaffordable_for < {DurationText.Print(wait)}" : "affordable");
        if (congestion is { Canary: not null, MaxInclusion: { } most }) conditions.Add($"canary_waits < {DurationText.Print(most)}");
        return conditions.ToImmutable();
    }

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var congestion = (CongestionOptions)options;
        foreach (var mistake in RpcEndpoint.MistakesIn(congestion, Key)) yield return mistake;
        if (string.IsNullOrWhiteSpace(congestion.Action) || congestion.Action.Length > 100) yield return new OptionMistake("action", "has to be 1 to 100 characters. Say what the users do, for example swap.");
        foreach (var (name, amount) in new[] { ("value", congestion.Value), ("max_fee", congestion.MaxFee), ("max_gas_price", congestion.MaxGasPrice), ("native_price", congestion.NativePrice) })
            if (amount is <= 0 or > 1_000_000_000_000m) yield return new OptionMistake(name, string.Create(CultureInfo.InvariantCulture, $"{amount} is not above 0 and at most 1,000,000,000,000."));
        if (!HasLimit(congestion) && congestion.Canary is null) yield return new OptionMistake(Key, "has nothing to compare with. Give value, max_fee or max_gas_price, or a canary with max_inclusion.");
        if (congestion.Canary is not null && congestion.MaxInclusion is null) yield return new OptionMistake("max_inclusion", "is missing: a canary needs a limit for how long its users wait. Try 2m.");
        if ((congestion.Value ?? congestion.MaxFee) is not null && congestion.NativePrice is null && congestion.PriceUrl is null)
            yield return new OptionMistake("native_price", "is missing: a fee in money needs what one coin costs. Give it, or price_url and price_path.");
        if (congestion is { NativePrice: not null, PriceUrl: not null }) yield return new OptionMistake("price_url", "is there beside native_price. Give one of them.");
        if (congestion.PriceUrl is { } url && !(url.IsAbsoluteUri && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps))) yield return new OptionMistake("price_url", "is not an absolute http or https URL.");
        if (!JsonPath.TryParse(congestion.PricePath, out _, out var why)) yield return new OptionMistake("price_path", why);
        if (congestion.Canary is not { } canary) yield break;
        if (!PrivateKey.TryParse(canary.Key, out _)) yield return new OptionMistake("canary", "is no private key: 64 hexadecimal digits.") { Key = "key" };
        if (canary.DailyCap is <= 0 or > 1_000_000m) yield return new OptionMistake("canary", "must be above 0 and at most 1,000,000. Try 0.001.") { Key = "daily_cap" };
    }

    public override string? Provider(object options) => HostPort.Of(((CongestionOptions)options).Url).ToString();

    /// <summary>Latest block and fee history; with a canary also chain, balance, and the account's count twice.</summary>
    public override int CallsPerObservation(object options) => ((CongestionOptions)options).Canary is null ? 2 : 6;

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new CongestionProbe(definition, (CongestionOptions)definition.Options, path, environment);

    internal static bool HasLimit(CongestionOptions options) => options.Value is not null || options.MaxFee is not null || options.MaxGasPrice is not null;
}
