using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Maintenance;
using Nines.Ledger.Objectives;
using Nines.Ledger.Policies;
using Nines.Pricing.Plan;
using Nines.Probing;
using Nines.Probing.Paths;
using Nines.Web.Access;
using NodaTime;

namespace Nines.Cli.Config;

/// <summary>A config without a mistake, with everything that follows from it worked out.</summary>
public sealed record LoadedConfig
{
    public required Topology Topology { get; init; }
    public ImmutableArray<MaintenanceRule> Maintenance { get; init; } = [];

    public required ControlSettings Control { get; init; }
    public ImmutableArray<NotifierSettings> Notifiers { get; init; } = [];

    /// <summary>Reports that are sent by themselves.</summary>
    public ImmutableArray<ScheduledReport> Reports { get; init; } = [];

    /// <summary>Null when there is no status page.</summary>
    public Web.StatusPage.StatusPageSettings? StatusPage { get; init; }

    /// <summary>As it is written; null when there is no status page.</summary>
    public StatusPageEntry? StatusPageWritten { get; init; }

    /// <summary>Null when no mails are sent.</summary>
    public MailSettings? Mail { get; init; }

    /// <summary>Null when nobody may subscribe.</summary>
    public SubscriptionSettings? Subscriptions { get; init; }

    /// <summary>A shipped policy, or one of <see cref="Policies"/>.</summary>
    public required string Policy { get; init; }

    /// <summary>Policies of the config's own.</summary>
    public ImmutableArray<Policy> Policies { get; init; } = [];

    /// <summary>Of the config's own, then those of its OpenSLO files.</summary>
    public ImmutableArray<Objective> Objectives { get; init; } = [];

    /// <summary>What stands in OpenSLO files and is not judged.</summary>
    public ImmutableArray<OpenSlo.NotUsed> NotUsed { get; init; } = [];

    /// <summary>Null when nothing is priced.</summary>
    public PricingOptions? Pricing { get; init; }

    /// <summary>Absolute path.</summary>
    public required string DataFolder { get; init; }

    public required ListenAddress Listen { get; init; }

    /// <summary>True when the file says where to listen: then an address that is taken ends <c>nines up</c>.</summary>
    public bool ListenGiven { get; init; }

    /// <summary>Null when metrics are only read.</summary>
    public OtlpEntry? Otlp { get; init; }

    /// <summary>Null when nobody outside watches.</summary>
    public SelfCheckEntry? SelfCheck { get; init; }

    /// <summary>Who may come in.</summary>
    public AccessSettings Access { get; init; } = new();

    /// <summary>As it is written; null when the config says nothing of it.</summary>
    public ConsoleEntry? Console { get; init; }

    /// <summary>The usual block time of each chain that says one.</summary>
    public ImmutableSortedDictionary<ComponentId, Duration> BlockTimes { get; init; } = ImmutableSortedDictionary<ComponentId, Duration>.Empty;

    /// <summary>The whole config as JSON, defaults filled in, keys in a fixed order, secrets and keys in URLs taken out.</summary>
    public string Json { get; init; } = "";

    /// <summary>SHA-256 of <see cref="Json"/>, as lower-case hex. A changed secret alone does not change it.</summary>
    public string Digest { get; init; } = "";

    /// <summary>Knows every secret of the config: for whatever is said or kept later.</summary>
    public required Redaction Redaction { get; init; }

    /// <summary>What the files that probes read held when the config was loaded: digests, by path.</summary>
    internal ImmutableDictionary<string, string> Files { get; init; } = ImmutableDictionary<string, string>.Empty;
}

/// <param name="Targets">tcp://address:port.</param>
public sealed record ControlSettings(ImmutableArray<Uri> Targets, ImmutableArray<string> Names)
{
    /// <summary>False when the config says nothing and the built-in ones are to be used.</summary>
    public bool Given => Targets.Length > 0 || Names.Length > 0;

    /// <summary>As the control check takes them; the built-in ones for what is not given.</summary>
    public ControlOptions Options
    {
        get
        {
            var builtIn = new ControlOptions();
            return builtIn with
            {
                Targets = Targets.Length > 0 ? [.. Targets.Select(target => HostPort.Of(target).ToString())] : builtIn.Targets,
                Names = Names.Length > 0 ? Names : builtIn.Names,
            };
        }
    }
}

public enum NotifierKind
{
    Webhook,
    Slack,
}

/// <param name="Url">A secret.</param>
public sealed record NotifierSettings(string Name, NotifierKind Kind, [property: Secret] Uri Url)
{
    public override string ToString() => $"{Name} ({RecordText(Kind)})";

    private static string RecordText(NotifierKind kind) => kind switch
    {
        NotifierKind.Webhook => "webhook",
        NotifierKind.Slack => "slack",
    };
}

/// <summary>What came of loading: a config, or all the mistakes in it.</summary>
public abstract record ConfigReading
{
    private ConfigReading() { }

    public sealed record Loaded(LoadedConfig Config) : ConfigReading
    {
        /// <summary>What was discovered and could not be used, with the reasons.</summary>
        public ImmutableArray<Mistake> LeftOut { get; init; } = [];

        /// <summary>What is wrong with sources now, as whole sentences: what they said before stays.</summary>
        public ImmutableArray<string> Notes { get; init; } = [];
    }

    /// <param name="Mistakes">One or more, by position.</param>
    public sealed record Refused(ImmutableArray<Mistake> Mistakes) : ConfigReading;
}
