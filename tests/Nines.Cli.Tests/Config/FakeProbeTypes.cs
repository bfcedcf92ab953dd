using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing;
using NodaTime;

namespace Nines.Cli.Tests.Config;

/// <summary>Two probe types with one of everything that options can be; they are never run.</summary>
internal static class FakeProbeTypes
{
    public static readonly ImmutableArray<ProbeType> All = [new FakeEvm(), new FakeHttp(), new FakeHeartbeat()];
}

public enum FakeMethod
{
    Get,
    Post,
}

public sealed record FakeHttpOptions
{
    [MainOption]
    public required Uri Url { get; init; }

    public FakeMethod Method { get; init; }

    [Secret]
    public ImmutableDictionary<string, string> Headers { get; init; } = ImmutableDictionary<string, string>.Empty;

    [Secret]
    public string? Token { get; init; }

    [Range(0, 10)]
    public int Redirects { get; init; } = 5;

    public bool Insecure { get; init; }
    public ImmutableArray<int> Ports { get; init; }
}

internal sealed class FakeHttp : ProbeType
{
    public override string Key => "http";
    public override string About => "Asks for a page.";
    public override Type OptionsType => typeof(FakeHttpOptions);

    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("round_trip", SignalUnit.Seconds, "Time to the last byte."),
        new("status", SignalUnit.None, "Status code."),
        new("body", SignalUnit.Flag, "Searches the body.") { TakesArgument = true },
        new("json", SignalUnit.Any, "A value in the body.") { TakesArgument = true },
    ];

    public override ImmutableArray<string> DefaultConditions(object options) => ["status < 400 else down"];

    public override IEnumerable<OptionMistake> Validate(object options) =>
        ((FakeHttpOptions)options).Url.Scheme is "http" or "https" ? [] : [new OptionMistake("url", "An http probe asks http:// or https:// addresses.")];

    public override string? Provider(object options) => ((FakeHttpOptions)options).Url.Authority;
    public override int CallsPerObservation(object options) => 1 + (((FakeHttpOptions)options).Insecure ? 1 : 0);
    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) => throw new NotSupportedException("A fake type is not run.");
}

public sealed record FakeEvmOptions
{
    [MainOption, Secret]
    public required Uri Url { get; init; }

    public Duration BlockTime { get; init; } = Duration.FromSeconds(12);
    public Duration? HeadAgeLimit { get; init; }
}

internal sealed class FakeEvm : ProbeType
{
    public override string Key => "evm";
    public override string About => "Asks a node for its head.";
    public override Type OptionsType => typeof(FakeEvmOptions);

    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("round_trip", SignalUnit.Seconds, "Time to the last byte."),
        new("head_age", SignalUnit.Seconds, "Age of the head.") { Onset = SignalOnset.Since, Granularity = 1 },
        new("head_lag", SignalUnit.Blocks, "Behind the best head of the chain.") { Scope = SignalScope.Group },
    ];

    public override ImmutableArray<string> DefaultConditions(object options)
    {
        var evm = (FakeEvmOptions)options;
        return [$"head_age < {(evm.HeadAgeLimit ?? evm.BlockTime * 4).TotalSeconds}s", "head_lag < 3 blocks after 2 in a row"];
    }

    public override string? Provider(object options) => ((FakeEvmOptions)options).Url.Authority;
    public override int CallsPerObservation(object options) => 2;
    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) => throw new NotSupportedException("A fake type is not run.");
}

public sealed record FakeHeartbeatOptions([property: MainOption] string Id, [property: Secret] string Token);

internal sealed class FakeHeartbeat : ProbeType
{
    public override string Key => "heartbeat";
    public override string About => "Waits to be told.";
    public override Type OptionsType => typeof(FakeHeartbeatOptions);
    public override ImmutableArray<SignalDefinition> Signals { get; } = [new("beat_age", SignalUnit.Seconds, "Since the last beat.") { Onset = SignalOnset.Since }];
    public override ImmutableArray<string> DefaultConditions(object options) => ["beat_age < 90s else down"];
    public override string? Provider(object options) => null;
    public override bool IsPassive => true;
    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) => throw new NotSupportedException("A fake type is not run.");
}
