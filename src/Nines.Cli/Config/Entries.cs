using System.Collections.Immutable;
using System.Net;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Maintenance;
using Nines.Probing;
using NodaTime;

namespace Nines.Cli.Config;

/// <summary>The config file as it is written: one member a key, in snake_case. What follows from it is in <see cref="LoadedConfig"/>.</summary>
public sealed record ConfigFile
{
    /// <summary>Folder of the journal and series, relative to the file. Default: nines in the state folder of the user.</summary>
    public string? Data { get; init; }

    /// <summary>Address and port for heartbeats.</summary>
    public IPEndPoint Listen { get; init; } = LoadedConfig.DefaultListen;

    /// <summary>Where to look from. Default: one, "local".</summary>
    public ImmutableArray<VantagePointEntry> VantagePoints { get; init; } = [];

    public ControlEntry Control { get; init; } = new();
    public required ImmutableArray<ComponentEntry> Components { get; init; }
    public ImmutableArray<MaintenanceEntry> Maintenance { get; init; } = [];

    /// <summary>How states count in reports, unless asked otherwise.</summary>
    public string? Policy { get; init; }

    public ImmutableArray<NotifierEntry> Notify { get; init; } = [];
    public DefaultsEntry Defaults { get; init; } = new();
}

/// <summary>A place to look from.</summary>
public sealed record VantagePointEntry
{
    public required string Name { get; init; }

    /// <summary>Vantage points of one region vote as one. Default: the name.</summary>
    public string? Region { get; init; }

    /// <summary>Local address to connect from.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>Forward proxy (CONNECT), as http://host:port.</summary>
    public Uri? Proxy { get; init; }
}

/// <summary>What vouches for our own path: a failed probe counts only while these answer.</summary>
public sealed record ControlEntry
{
    /// <summary>Connections to make, as tcp://address:port.</summary>
    public ImmutableArray<Uri> Targets { get; init; } = [];

    /// <summary>Names to resolve.</summary>
    public ImmutableArray<string> Names { get; init; } = [];
}

/// <summary>Something that can be unusable.</summary>
public sealed record ComponentEntry
{
    public required ComponentId Name { get; init; }
    public required ComponentKind Kind { get; init; }

    /// <summary>For a node: the chain that it is a source of.</summary>
    public string? Chain { get; init; }

    /// <summary>What it needs: a name, a list (all of them), or all_of, any_of, at_least with of.</summary>
    public NeedEntry? Needs { get; init; }

    /// <summary>provider, client, client_version, region, asn, customer, …: what common causes are found by.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>For a chain: the usual time between blocks.</summary>
    [DurationRange("1ms", "1d")]
    public Duration? BlockTime { get; init; }

    /// <summary>For a chain: the age of its best head after which it is halted. Default: 3 × block_time + 12s.</summary>
    [DurationRange("1s", "7d")]
    public Duration? HeadAgeLimit { get; init; }

    public ImmutableArray<ProbeEntry> Probes { get; init; } = [];
}

/// <summary>A gate over components, with the place of each name.</summary>
public sealed record NeedEntry(Need Gate)
{
    internal ImmutableArray<(ComponentId Component, Place At)> Mentions { get; init; } = [];
}

/// <summary>What every probe has beside the options of its type.</summary>
public sealed record ProbeSettings
{
    /// <summary>Unique within the component. Default: the probe type's key, numbered when repeated.</summary>
    public string? Name { get; init; }

    /// <summary>Time between two observations from one vantage point.</summary>
    [DurationRange("1s", "1d", WhyNotShorter = "the shortest we can time honestly")]
    public Duration? Every { get; init; }

    /// <summary>Longest time for one observation, not longer than every.</summary>
    [DurationRange("10ms", "1d")]
    public Duration? Timeout { get; init; }

    /// <summary>Names of vantage points. Default: all.</summary>
    public ImmutableArray<string> From { get; init; } = [];

    /// <summary>What an answer must satisfy; see conditions. The type's own apply to signals that none is given for.</summary>
    public ImmutableArray<string> Conditions { get; init; } = [];
}

/// <summary>A probe: its type, the type's options, and what every probe has.</summary>
public sealed record ProbeEntry(ProbeType Type, object Options, ProbeSettings Settings);

/// <summary>Planned maintenance: from and to, or every, at, for and zone.</summary>
public sealed record MaintenanceEntry
{
    public required string Name { get; init; }
    public required ComponentSelection Components { get; init; }
    public Instant? From { get; init; }
    public Instant? To { get; init; }
    public DayRule? Every { get; init; }
    public LocalTime? At { get; init; }

    [DurationRange("1m", "7d")]
    public Duration? For { get; init; }

    /// <summary>IANA time zone, such as Europe/Berlin. Default: UTC.</summary>
    public string? Zone { get; init; }
}

/// <summary>Names of components; null is all of them.</summary>
public sealed record ComponentSelection(ImmutableArray<string>? Names);

/// <summary>Whom to tell: exactly one of the channels.</summary>
public sealed record NotifierEntry
{
    public string? Name { get; init; }

    /// <summary>Receives each notice as JSON, by POST.</summary>
    [Secret]
    public Uri? Webhook { get; init; }

    /// <summary>A Slack incoming webhook.</summary>
    [Secret]
    public Uri? Slack { get; init; }
}

/// <summary>For probes that do not say.</summary>
public sealed record DefaultsEntry
{
    [DurationRange("1s", "1d", WhyNotShorter = "the shortest we can time honestly")]
    public Duration Every { get; init; } = Duration.FromSeconds(30);

    [DurationRange("10ms", "1d")]
    public Duration Timeout { get; init; } = Duration.FromSeconds(5);
}
