using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Maintenance;
using Nines.Ledger.Policies;
using Nines.Pricing.Plan;
using Nines.Probing;
using NodaTime;

namespace Nines.Cli.Config;

/// <summary>The config file as it is written: one member a key, in snake_case. What follows from it is in <see cref="LoadedConfig"/>.</summary>
public sealed record ConfigFile
{
    [Description("Folder of the journal and series, relative to the file. Default: nines in the state folder of the user.")]
    public string? Data { get; init; }

    [Description("Where nines up listens for heartbeats, /readyz and the like; off for nowhere. Default: 127.0.0.1:9464, or nowhere when that is taken and nothing reports to it.")]
    public ListenAddress? Listen { get; init; }

    [Description("Where to look from. Default: one, \"local\".")]
    public ImmutableArray<VantagePointEntry> VantagePoints { get; init; } = [];

    [Description("What vouches for our own path.")]
    public ControlEntry Control { get; init; } = new();
    [Description("What is watched. Needed, unless discover finds it.")]
    public ImmutableArray<ComponentEntry> Components { get; init; } = [];

    [Description("Where more components are found.")]
    public ImmutableArray<DiscoverEntry> Discover { get; init; } = [];

    [Description("Windows in which what is not up counts as maintenance.")]
    public ImmutableArray<MaintenanceEntry> Maintenance { get; init; } = [];

    [Description("How states count in reports, unless asked otherwise.")]
    public string? Policy { get; init; }

    [Description("Policies of your own, beside the shipped ones.")]
    public ImmutableArray<PolicyEntry> Policies { get; init; } = [];

    [Description("What is promised: how much of the time components are to be up.")]
    public ImmutableArray<ObjectiveEntry> Objectives { get; init; } = [];

    [Description("Files with more objectives, in OpenSLO v1, relative to this one.")]
    public ImmutableArray<string> Openslo { get; init; } = [];

    [Description("What it costs when components are not usable.")]
    public PricingOptions? Pricing { get; init; }

    [Description("Whom to tell of outages.")]
    public ImmutableArray<NotifierEntry> Notify { get; init; } = [];
    [Description("Reports that are sent by themselves.")]
    public ImmutableArray<ScheduledReportEntry> Reports { get; init; } = [];

    [Description("What the public is shown. Default: no status page.")]
    public StatusPageEntry? StatusPage { get; init; }

    [Description("The server that mails are handed to.")]
    public MailEntry? Mail { get; init; }

    [Description("Who may subscribe to the status page. Default: nobody.")]
    public SubscriptionsEntry? Subscriptions { get; init; }

    [Description("For probes that do not say.")]
    public DefaultsEntry Defaults { get; init; } = new();

    [Description("Where else metrics go, beside /metrics.")]
    public ExportEntry? Export { get; init; }

    [Description("An outside watch that is called while this one works, and raises the alarm when the calls stop.")]
    public SelfCheckEntry? SelfCheck { get; init; }

    [Description("Who may look at the console and use the API.")]
    public ConsoleEntry? Console { get; init; }
}

/// <summary>A place to look from.</summary>
public sealed record VantagePointEntry
{
    [Description("Unique.")]
    public required string Name { get; init; }

    [Description("Vantage points of one region vote as one. Default: the name.")]
    public string? Region { get; init; }

    [Description("Local address to connect from.")]
    public IPAddress? Source { get; init; }

    [Description("Forward proxy (CONNECT), as http://host:port or http://user:password@host:port.")]
    public Uri? Proxy { get; init; }
}

/// <summary>What vouches for our own path: a failed probe counts only while these answer.</summary>
public sealed record ControlEntry
{
    [Description("Connections to make, as tcp://address:port.")]
    public ImmutableArray<Uri> Targets { get; init; } = [];

    [Description("Names to resolve.")]
    public ImmutableArray<string> Names { get; init; } = [];
}

/// <summary>Something that can be unusable.</summary>
public sealed record ComponentEntry
{
    [Description("Unique: 1 to 63 of a-z, 0-9, -, _ and ., starting with a letter or digit.")]
    public required ComponentId Name { get; init; }
    [Description("What it is.")]
    public required ComponentKind Kind { get; init; }

    [Description("For a node, and for a provider (other people's node): the chain that it is a source of.")]
    public string? Chain { get; init; }

    [Description("What it needs: a name, a list (all of them), or all_of, any_of, at_least with of.")]
    public NeedEntry? Needs { get; init; }

    [Description("provider, client, client_version, region, asn, customer, …: what common causes are found by.")]
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    [Description("For a chain: the usual time between blocks.")]
    [DurationRange("1ms", "1d")]
    public Duration? BlockTime { get; init; }

    [Description("For a chain: the age of its best head after which it is halted. Default: 3 × block_time + 12s.")]
    [DurationRange("1s", "7d")]
    public Duration? HeadAgeLimit { get; init; }

    [Description("For a chain: the age of its newest finalized block after which finality is lost. Default: none; on Ethereum 32m are five epochs.")]
    [DurationRange("1s", "30d")]
    public Duration? FinalityAgeLimit { get; init; }

    [Description("For a chain: replacing so many blocks or more is its trouble. Default: 2.")]
    [Range(1, 1_000_000)]
    public int? ReorgDepthLimit { get; init; }

    [Description("For a chain: the share of the stake below which nothing can be finalized. Default: two thirds.")]
    [Range(0.0, 1.0)]
    public double? ParticipationLimit { get; init; }

    [Description("For a chain: the share of the stake below which it is degraded. Default: 0.8.")]
    [Range(0.0, 1.0)]
    public double? ParticipationWarning { get; init; }

    [Description("For a chain: the share of the recent slots without a block above which it is degraded. Default: 0.25.")]
    [Range(0.0, 1.0)]
    public double? MissedSlotsLimit { get; init; }

    [Description("For a chain: what it comes to that sources tell different blocks at one height. Default: degraded.")]
    public SplitCounts? Split { get; init; }

    [Description("How it is looked at. None: it is judged by what it needs, or by its nodes.")]
    public ImmutableArray<ProbeEntry> Probes { get; init; } = [];
}

/// <summary>Where components are found that nobody wrote down: exactly one of files and kubernetes.</summary>
public sealed record DiscoverEntry
{
    [Description("Unique.")]
    public required string Name { get; init; }

    [Description("Files in Prometheus's file_sd form (a list of targets with labels, JSON or YAML), relative to this one; a name may hold *.")]
    public ImmutableArray<string> Files { get; init; } = [];

    [Description("A list of Kubernetes objects: the address of an API server's list, or a file with what kubectl get -o json prints.")]
    public string? Kubernetes { get; init; }

    [Description("Bearer token for the API server. A file is read again for each question.")]
    [Secret]
    public string? Token { get; init; }

    [Description("PEM file with the roots to trust for the API server. Default: the system's.")]
    public string? CaFile { get; init; }

    [Description("Time between two questions.")]
    [DurationRange("1s", "1d")]
    public Duration Every { get; init; } = Duration.FromSeconds(30);

    [Description("A list of Kubernetes objects that falls below a tenth of what it was is believed when it has been so for this long.")]
    [DurationRange("0s", "30d")]
    public Duration BelieveEmptyAfter { get; init; } = Duration.FromHours(1);

    [Description("What a target becomes: a component in which {{target}}, {{host}}, {{port}}, {{label.NAME}} and, for Kubernetes, {{name}}, {{namespace}}, {{kind}}, {{scheme}}, {{annotation.NAME}} stand for its own.")]
    public TemplateEntry? Template { get; init; }
}

/// <summary>A component with holes in it.</summary>
public sealed record TemplateEntry
{
    internal TemplateEntry(Yaml.YamlTree.Mapping tree) => Tree = tree;

    internal Yaml.YamlTree.Mapping Tree { get; }
}

/// <summary>A gate over components, with the place of each name.</summary>
public sealed record NeedEntry(Need Gate)
{
    internal ImmutableArray<(ComponentId Component, Place At)> Mentions { get; init; } = [];
}

/// <summary>What every probe has beside the options of its type.</summary>
public sealed record ProbeSettings
{
    [Description("Unique within the component. Default: the probe type's key, numbered when repeated.")]
    public string? Name { get; init; }

    [Description("Time between two observations from one vantage point.")]
    [DurationRange("1s", "1d", WhyNotShorter = "the shortest we can time honestly")]
    public Duration? Every { get; init; }

    [Description("Longest time for one observation, not longer than every.")]
    [DurationRange("10ms", "1d")]
    public Duration? Timeout { get; init; }

    [Description("Names of vantage points. Default: all.")]
    public ImmutableArray<string> From { get; init; } = [];

    [Description("What a broken condition of it tells of, where its signals do not say so themselves; surge is more requests than usual, an attack only together with refusals.")]
    public ProbeTells? Tells { get; init; }

    [Description("What an answer must satisfy; see conditions. The type's own apply to signals that none is given for.")]
    public ImmutableArray<string> Conditions { get; init; } = [];
}

/// <summary>A probe: its type, the type's options, and what every probe has.</summary>
/// <param name="Whole">False when some of the options could not be read and have their defaults instead.</param>
public sealed record ProbeEntry(ProbeType Type, object Options, ProbeSettings Settings, bool Whole);

/// <summary>Planned maintenance: from and to, or every, at, for and zone.</summary>
public sealed record MaintenanceEntry
{
    [Description("Unique.")]
    public required string Name { get; init; }
    [Description("Which components.")]
    public required ComponentSelection Components { get; init; }
    [Description("Start, RFC 3339: 2026-12-01T10:00Z.")]
    public Instant? From { get; init; }
    [Description("End, RFC 3339.")]
    public Instant? To { get; init; }
    [Description("Days: day, sunday, 1st sunday, last day, a date of the month, or a list.")]
    public DayRule? Every { get; init; }
    [Description("Start on such a day, in quotes: \"02:00\".")]
    public LocalTime? At { get; init; }

    [Description("Instead of every and at: five fields as cron has them, in quotes: \"0 3 * * TUE#2\".")]
    public string? Cron { get; init; }

    [Description("How long.")]
    [DurationRange("1m", "7d")]
    public Duration? For { get; init; }

    [Description("IANA time zone, such as Europe/Berlin. Default: UTC.")]
    public string? Zone { get; init; }

    [Description("What the public status page says of it, at most 500 characters. Default: that work is planned.")]
    public string? Public { get; init; }
}

/// <summary>Names of components; null is all of them.</summary>
public sealed record ComponentSelection(ImmutableArray<string>? Names);

/// <summary>Whom to tell: exactly one of the channels.</summary>
public sealed record NotifierEntry
{
    [Description("Unique. Default: the channel's key, numbered when repeated.")]
    public string? Name { get; init; }

    [Description("Receives each notice as JSON, by POST.")]
    [Secret]
    public Uri? Webhook { get; init; }

    [Description("A Slack incoming webhook.")]
    [Secret]
    public Uri? Slack { get; init; }
}

/// <summary>What a scheduled report is of.</summary>
public enum ReportKind
{
    Monthly,
    Weekly,
}

/// <summary>The form of a scheduled report.</summary>
public enum ReportFormat
{
    Html,
    Markdown,
    Json,
    Csv,
}

/// <summary>A report that is sent by itself: each period once, to exactly one of file and webhook.</summary>
public sealed record ScheduledReportEntry
{
    [Description("Unique.")]
    public required string Name { get; init; }

    [Description("Of the month or of the ISO week that was over when it is due.")]
    public ReportKind Kind { get; init; }

    [Description("Days on which it is due, as in maintenance. Default: the 1st, or monday.")]
    public DayRule? Every { get; init; }

    [Description("When on such a day, in quotes. Default: \"08:00\".")]
    public LocalTime? At { get; init; }

    [Description("Instead of every and at: five fields as cron has them, in quotes: \"0 8 1 * *\".")]
    public string? Cron { get; init; }

    [Description("IANA time zone of the days and of the periods, such as Europe/Zurich. Default: UTC.")]
    public string? Zone { get; init; }

    [Description("Its form.")]
    public ReportFormat Format { get; init; }

    [Description("Which components. Default: all.")]
    public ComponentSelection? Components { get; init; }

    [Description("The policy that it is made under. Default: the config's.")]
    public string? Policy { get; init; }

    [Description("A file to write, with {period} in its name; its folder is made.")]
    [FilePath]
    public string? File { get; init; }

    [Description("Receives it as a CloudEvent in JSON, by POST.")]
    [Secret]
    public Uri? Webhook { get; init; }

    [Description("Signs what the webhook receives: HMAC-SHA256 in the header Nines-Signature.")]
    [Secret]
    public string? Secret { get; init; }

    [Description("The largest event that the webhook is sent, in KiB. Of a larger report it gets the figures, and where the report is.")]
    [Range(16, 65_536)]
    public int MostKib { get; init; } = 1024;
}

/// <summary>Where else metrics go, beside /metrics.</summary>
public sealed record ExportEntry
{
    [Description("An OpenTelemetry collector.")]
    public required OtlpEntry Otlp { get; init; }
}

/// <summary>An OpenTelemetry collector: OTLP over HTTP with protobuf.</summary>
public sealed record OtlpEntry
{
    [Description("Its URL; without a path, /v1/metrics is meant. As in http://127.0.0.1:4318.")]
    public required Uri Endpoint { get; init; }

    [Description("Time between two sendings.")]
    [DurationRange("5s", "1h")]
    public Duration Every { get; init; } = Duration.FromSeconds(30);

    [Description("Sent with each request.")]
    [Secret]
    public ImmutableSortedDictionary<string, string> Headers { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>An outside dead man's switch.</summary>
public sealed record SelfCheckEntry
{
    [Description("Called with GET; any 2xx will do.")]
    [Secret]
    public required Uri Url { get; init; }

    [Description("Time between two calls; the outside should wait for some of them before it raises an alarm.")]
    [DurationRange("10s", "1d")]
    public Duration Every { get; init; } = Duration.FromMinutes(1);
}

/// <summary>For probes that do not say.</summary>
public sealed record DefaultsEntry
{
    [Description("Time between two observations from one vantage point.")]
    [DurationRange("1s", "1d", WhyNotShorter = "the shortest we can time honestly")]
    public Duration Every { get; init; } = Duration.FromSeconds(30);

    [Description("Longest time for one observation.")]
    [DurationRange("10ms", "1d")]
    public Duration Timeout { get; init; } = Duration.FromSeconds(5);
}

/// <summary>A policy of one's own: what is not given is as in <c>strict</c>.</summary>
public sealed record PolicyEntry
{
    [Description("Unique, and none of the shipped policies'.")]
    public required string Name { get; init; }

    [Description("Raise it with every change: a name and a version mean the same for ever.")]
    [Range(1, 1_000_000)]
    public int Version { get; init; } = 1;

    [Description("One line that stands under its reports. Default: made of the weights.")]
    public string? About { get; init; }

    [Description("What share of the time in a state counts as down.")]
    public WeightsEntry Weights { get; init; } = new();

    [Description("What becomes of time in maintenance windows in which it was not up.")]
    public MaintenanceCounts Maintenance { get; init; }

    [Description("Whose timeline counts: the component's own, each region's, or the component's with partial outages.")]
    public RegionRule Regions { get; init; }

    [Description("For weighted: weight of each region. A region that is not named has 1.")]
    public ImmutableSortedDictionary<string, decimal> RegionWeights { get; init; } = ImmutableSortedDictionary<string, decimal>.Empty;

    [Description("Whether time that was surely seen down counts as it was seen, or as somebody corrected it: false alarms, narrower bounds.")]
    public CorrectionCounts Corrections { get; init; }

    [Description("Shorter outages count as degraded.")]
    [DurationRange("0s", "1d")]
    public Duration MinOutage { get; init; }

    [Description("How many decimals of a per cent are printed.")]
    [Range(0, Policy.MostDecimals)]
    public int Decimals { get; init; } = 3;

    [Description("How the last of them comes about; never up to 100 %.")]
    public FigureRule Figures { get; init; }
}

/// <summary>Weights rise with the state: degraded, effectively down, down. Partial is not above effectively down.</summary>
public sealed record WeightsEntry
{
    [Description("It serves users worse than promised.")]
    [Range(0.0, 1.0)]
    public decimal Degraded { get; init; }

    [Description("It is down from some regions only; with regions: partial.")]
    [Range(0.0, 1.0)]
    public decimal Partial { get; init; }

    [Description("It answers, and users cannot do what they came for.")]
    [Range(0.0, 1.0)]
    public decimal EffectivelyDown { get; init; } = 1;

    [Description("It does not answer.")]
    [Range(0.0, 1.0)]
    public decimal Down { get; init; } = 1;

    [Description("A suspicion that nothing confirmed, over its longest possible length.")]
    [Range(0.0, 1.0)]
    public decimal Blip { get; init; }
}
