using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Nines.Cli.Config.Binding;
using Nines.Cli.Config.Files;
using Nines.Cli.Config.OpenSlo;
using Nines.Cli.Config.Yaml;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger.Objectives;
using Nines.Ledger.Policies;
using Nines.Pricing.Plan;
using Nines.Probing;

namespace Nines.Cli.Config;

/// <summary>What loading depends on beside the file.</summary>
public sealed record ConfigSurroundings
{
    public IReadOnlyList<ProbeType> ProbeTypes { get; init; } = ProbeType.All;

    /// <summary>The shipped policies by name; the first is the default.</summary>
    public ImmutableArray<string> Policies { get; init; } = [.. ShippedPolicies.All.Select(policy => policy.Name)];

    /// <summary>An environment variable's value; null when it is not set.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;
}

/// <summary>Reads a config file into a <see cref="LoadedConfig"/>, or into all the mistakes that are in it.</summary>
public sealed partial class ConfigLoader(ConfigSurroundings surroundings)
{
    /// <summary>Loads from disk: a file, a folder, or stdin. What is wrong with the file itself is a mistake too.</summary>
    public ConfigReading Load(string path) =>
        ConfigFiles.Open(path, out var unreadable) is { } files ? Read(Parse(files), []) : new ConfigReading.Refused([unreadable!]);

    /// <summary>
    /// Only where the records are. Whoever reads them needs neither the secrets of the config nor a config without mistakes: the
    /// watcher may run beside with other environment variables.
    /// </summary>
    /// <returns>The folder; null when the file cannot be read, is no YAML, or its <c>data</c> cannot be read.</returns>
    public string? DataFolderOf(string path)
    {
        var mistakes = new MistakeList();
        if (ConfigFiles.Open(path, out _) is not { } files || Parse(files).Tree is not YamlTree.Mapping tree) return null;
        if (tree.Find("data") is not { } data) return DataFolder(null, tree.Source.Folder);
        return BinderFor(mistakes).Text(data, "data", "the path of a folder") is { } text && mistakes.Count == 0 ? DataFolder(text.Value, data.Source.Folder) : null;
    }

    /// <param name="file">How messages name it.</param>
    /// <param name="bytes">UTF-8.</param>
    /// <param name="folder">What relative paths in it are relative to; absolute.</param>
    public ConfigReading Read(string file, byte[] bytes, string folder) => Read(Parse(new ConfigFiles([(new ConfigSource(file, folder), bytes)])), []);

    /// <summary>The first step: one tree of all texts, before anything in it means something.</summary>
    internal static ParsedConfig Parse(ConfigFiles files)
    {
        var mistakes = new MistakeList();
        var several = files.Texts.Count > 1;
        var trees = files.Texts.Select(text => YamlReader.Read(text.Bytes, text.Source, mistakes, mayBeEmpty: several)).OfType<YamlTree>().ToList();
        return new ParsedConfig(trees.Count < files.Texts.Count ? null : ConfigMerge.Of(trees, mistakes), mistakes);
    }

    private Binder BinderFor(MistakeList mistakes) => new(mistakes, new Variables(surroundings.Environment, mistakes), new EntryReaders(surroundings.ProbeTypes).ByType);

    /// <summary>The sources that a config names, with their secrets as they are now; none when their part of it has mistakes, which reading it tells.</summary>
    internal ImmutableArray<DiscoverSource> SourcesIn(ParsedConfig parsed)
    {
        if (parsed.Tree is not YamlTree.Mapping root || root.Find("discover") is not { } discover) return [];
        var mistakes = new MistakeList();
        var binder = BinderFor(mistakes);
        if (binder.Bind(typeof(ImmutableArray<DiscoverEntry>), discover, "discover") is not ImmutableArray<DiscoverEntry> entries) return [];
        new DiscoverBuilder(binder).Check(entries);
        return mistakes.Count > 0 ? [] : [.. entries.Select(entry => new DiscoverSource(entry, binder.FolderOf(entry)))];
    }

    /// <summary>Only what it says of pricing: whoever reads the record needs neither the secrets of the config nor a config without other mistakes.</summary>
    /// <returns>Null where it says nothing of it, or with mistakes.</returns>
    internal PricingOptions? PricingIn(ParsedConfig parsed, out IReadOnlyList<Mistake> mistakes)
    {
        var list = new MistakeList(parsed.Mistakes);
        mistakes = [];
        var options = list.Count == 0 && parsed.Tree is YamlTree.Mapping root && root.Find("pricing") is { } group ? PricingReader.Read(BinderFor(list), group) : null;
        if (list.Count == 0) return options;
        mistakes = [.. list.InOrder()];
        return null;
    }

    /// <summary>Only its policies and objectives: what a record needs that no config came with.</summary>
    /// <param name="components">Names of those on record.</param>
    /// <returns>Null with mistakes.</returns>
    internal (string? Policy, ImmutableArray<Policy> Policies, ImmutableArray<Objective> Objectives)? PromisesIn(ParsedConfig parsed, IReadOnlySet<string> components, out IReadOnlyList<Mistake> mistakes)
    {
        var list = new MistakeList(parsed.Mistakes);
        mistakes = [];
        if (list.Count == 0 && parsed.Tree is YamlTree.Mapping root)
        {
            var part = new YamlTree.Mapping(root.Source, root.Line, root.Column);
            foreach (var (key, value) in root.Pairs)
                if (PromiseKeys.Contains(key.Text)) part.Add(key, value);
            var binder = BinderFor(list);
            if (binder.BindRecord(typeof(ConfigFile), part, "") is ConfigFile config)
            {
                var builder = new PolicyBuilder(binder, surroundings.Policies);
                var policies = builder.Build(config.Policies);
                var policy = builder.Named(config, policies);
                var setting = new ObjectiveSetting(new Topology { Components = [], VantagePoints = [] }, components, [.. surroundings.Policies, .. policies.Select(own => own.Name)], mayFindMore: true);
                var objectives = new ObjectiveBuilder(binder, setting).Build(config.Objectives).AddRange(OpenSloFiles.Read(binder, config, setting).Objectives);
                if (list.Count == 0) return (config.Policy is null ? null : policy, policies, objectives);
            }
        }
        mistakes = [.. list.InOrder()];
        return null;
    }

    /// <summary>Only its status page: whoever reads the record needs neither the secrets of the config nor a config without other mistakes.</summary>
    /// <param name="components">Names of those on record.</param>
    /// <returns>Null where it has none, or with mistakes.</returns>
    internal Web.StatusPage.StatusPageSettings? StatusPageIn(ParsedConfig parsed, IReadOnlySet<string> components, string dataFolder, out IReadOnlyList<Mistake> mistakes)
    {
        var list = new MistakeList(parsed.Mistakes);
        mistakes = [];
        if (list.Count == 0 && parsed.Tree is YamlTree.Mapping root)
        {
            var part = new YamlTree.Mapping(root.Source, root.Line, root.Column);
            foreach (var (key, value) in root.Pairs)
                if (key.Text is "policy" or "policies" or "status_page") part.Add(key, value);
            var binder = BinderFor(list);
            if (binder.BindRecord(typeof(ConfigFile), part, "") is ConfigFile config)
            {
                var builder = new PolicyBuilder(binder, surroundings.Policies);
                var policies = builder.Build(config.Policies);
                var policy = builder.Named(config, policies);
                var known = components.Concat(parsed.ComponentNames).ToHashSet(StringComparer.Ordinal);
                var settings = config.StatusPage is { } page ? new StatusPageBuilder(binder, known, [.. ShippedPolicies.All, .. policies], policy, dataFolder, config.Subscriptions, null, []).Build(page) : null;
                if (list.Count == 0) return settings;
            }
        }
        mistakes = [.. list.InOrder()];
        return null;
    }

    private static readonly ImmutableHashSet<string> PromiseKeys = ["policy", "policies", "objectives", "openslo"];

    /// <summary>Takes the whole with what was discovered; a discovered component with a mistake is left out, and the rest stays.</summary>
    internal ConfigReading Read(ParsedConfig parsed, IReadOnlyList<YamlTree.Mapping> discovered)
    {
        var leftOut = new List<Mistake>();
        while (true)
        {
            var reading = ReadOnce(parsed, discovered);
            var written = parsed.WrittenComponents;
            if (discovered.Count == 0 || reading is not ConfigReading.Refused { Mistakes: var mistakes } || mistakes.Any(mistake => DiscoveredIndex(mistake, written) is null))
                return reading is ConfigReading.Loaded loaded ? loaded with { LeftOut = [.. leftOut] } : reading;
            var wrong = mistakes.Select(mistake => DiscoveredIndex(mistake, written)!.Value).ToHashSet();
            leftOut.AddRange(mistakes.Select(mistake => mistake with { Message = $"{mistake.Message} It is left out." }));
            discovered = [.. discovered.Where((_, index) => !wrong.Contains(index))];
        }
    }

    private static int? DiscoveredIndex(Mistake mistake, int written) =>
        ComponentIndex().Match(mistake.Path) is { Success: true } match && int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) - written is >= 0 and var index ? index : null;

    private ConfigReading ReadOnce(ParsedConfig parsed, IReadOnlyList<YamlTree.Mapping> discovered)
    {
        var mistakes = new MistakeList(parsed.Mistakes);
        if (parsed.With(discovered) is not { } tree) return Refused(mistakes);
        var binder = BinderFor(mistakes);
        if (binder.BindRecord(typeof(ConfigFile), tree, "") is not ConfigFile config) return Refused(mistakes, binder);

        var builder = new TopologyBuilder(binder, config);
        var topology = builder.Build();
        var maintenance = new MaintenanceBuilder(binder, topology, builder.Names).Build(config.Maintenance);
        var notifiers = Notifiers(binder, config.Notify);
        CheckControl(binder, config.Control);
        new DiscoverBuilder(binder).Check(config.Discover);
        if (config.Pricing is { } pricing) PricingReader.Check(binder, pricing);
        CheckListen(binder, config);
        if (config.Export?.Otlp is { } otlp) CheckWeb(binder, otlp, "endpoint", otlp.Endpoint);
        var access = new ConsoleBuilder(binder).Build(config.Console);
        if (config.SelfCheck is { } outside) CheckWeb(binder, outside, binder.ValueOf(outside, "url") is null ? "url_file" : "url", outside.Url);
        var policyBuilder = new PolicyBuilder(binder, surroundings.Policies);
        var policies = policyBuilder.Build(config.Policies);
        var policy = policyBuilder.Named(config, policies);
        var setting = new ObjectiveSetting(topology, builder.Names, [.. surroundings.Policies, .. policies.Select(own => own.Name)], config.Discover.Length > 0);
        var objectives = new ObjectiveBuilder(binder, setting).Build(config.Objectives);
        var (more, notUsed) = OpenSloFiles.Read(binder, config, setting);
        if (config.Pricing is { } priced) PricingReader.CheckPolicies(binder, priced, [.. surroundings.Policies, .. policies.Select(own => own.Name)]);
        var reports = new ReportBuilder(binder, topology, builder.Names, [.. surroundings.Policies, .. policies.Select(own => own.Name)]).Build(config.Reports);
        var dataFolder = DataFolder(config.Data, (binder.ValueOf(config, "data") ?? tree).Source.Folder);
        var statusPage = config.StatusPage is { } shown ? new StatusPageBuilder(binder, builder.Names, [.. ShippedPolicies.All, .. policies], policy, dataFolder, config.Subscriptions, topology.VantagePoints.Select(point => point.Region).ToHashSet(StringComparer.Ordinal), [.. maintenance]).Build(shown) : null;
        var within = new List<string>();
        var mail = MailSettings.Build(binder, config.Mail, within);
        var subscriptions = SubscriptionSettings.Build(binder, config.Subscriptions, config.StatusPage?.Listen?.Endpoint is not null);
        if (mistakes.Count > 0) return Refused(mistakes, binder);

        var loaded = new LoadedConfig
        {
            Topology = topology,
            Maintenance = maintenance,
            Control = new ControlSettings(config.Control.Targets, config.Control.Names),
            Notifiers = notifiers,
            Reports = reports,
            StatusPage = statusPage,
            StatusPageWritten = config.StatusPage,
            Mail = mail,
            Subscriptions = subscriptions,
            Policy = policy,
            Policies = policies,
            Objectives = [.. objectives, .. more],
            NotUsed = notUsed,
            Pricing = config.Pricing,
            DataFolder = dataFolder,
            Listen = config.Listen ?? ListenAddress.Default,
            ListenGiven = config.Listen is not null,
            Otlp = config.Export?.Otlp,
            SelfCheck = config.SelfCheck,
            Access = access,
            Console = config.Console,
            BlockTimes = config.Components.Where(entry => entry.BlockTime is not null).ToImmutableSortedDictionary(entry => entry.Name, entry => entry.BlockTime!.Value),
            Files = ConfigJson.FilesOf(topology),
            Redaction = new Redaction(binder.Secrets.Concat(within).Concat(topology.VantagePoints.SelectMany(point => point.Proxy is { } proxy ? Redaction.CredentialsIn(proxy) : []))),
        };
        var json = ConfigJson.Write(loaded, config.Data);
        return new ConfigReading.Loaded(loaded with { Json = System.Text.Encoding.UTF8.GetString(json), Digest = Convert.ToHexStringLower(SHA256.HashData(json)) });
    }

    private static ConfigReading.Refused Refused(MistakeList mistakes, Binder? binder = null)
    {
        // The last guard: a probe type's own sentence may quote what it was given.
        var redaction = new Redaction(binder?.Secrets ?? []);
        return new([.. mistakes.InOrder().Select(mistake => mistake with { Message = redaction.Apply(mistake.Message) })]);
    }

    private string DataFolder(string? data, string folder) =>
        data is not null ? Path.GetFullPath(Path.Combine(folder, data)) : DefaultDataFolder(surroundings.Environment, folder);

    /// <summary>The user's state folder, by the XDG base directory specification.</summary>
    /// <param name="folder">Stands in for a home folder that is not there.</param>
    public static string DefaultDataFolder(Func<string, string?> environment, string folder)
    {
        // XDG: a relative value is to be ignored.
        var state = environment("XDG_STATE_HOME");
        if (string.IsNullOrEmpty(state) || !Path.IsPathRooted(state))
            state = Path.Combine(environment("HOME") is { Length: > 0 } home ? home : folder, ".local", "state");
        return Path.Combine(state, "nines");
    }

    private static readonly ImmutableArray<string> NotifierChannels = ["webhook", "slack"];

    private static ImmutableArray<NotifierSettings> Notifiers(Binder binder, ImmutableArray<NotifierEntry> entries)
    {
        var made = ImmutableArray.CreateBuilder<NotifierSettings>();
        foreach (var entry in entries)
        {
            if ((entry.Webhook is null) == (entry.Slack is null))
            {
                // One channel is written down and could not be read: that has been said, and it is the only mistake.
                if (entry.Webhook is null && NotifierChannels.Count(key => binder.ValueOf(entry, key) is not null || binder.ValueOf(entry, key + "_file") is not null) == 1) continue;
                binder.Mistakes.Add(MistakeCode.Combination, binder.PlaceOf(entry), "A notifier has exactly one of webhook and slack.");
                continue;
            }
            var kind = entry.Slack is null ? NotifierKind.Webhook : NotifierKind.Slack;
            var key = RecordKeys.KeyName(kind.ToString());
            var url = entry.Webhook ?? entry.Slack!;
            if (url.Scheme is not ("http" or "https"))
                binder.Mistakes.Add(MistakeCode.WrongType, binder.PlaceOf(entry, binder.ValueOf(entry, key) is null ? key + "_file" : key), "The address of a notifier begins with https:// or http://.");
            var name = entry.Name ?? Numbered(key, candidate => made.Any(other => other.Name == candidate) || entries.Any(other => other.Name == candidate));
            if (!Name.IsValid(name)) binder.Mistakes.Add(MistakeCode.Name, binder.PlaceOf(entry, "name"), $"{Variables.Show(name)} {ScalarReader.NameProblem}");
            if (made.Any(other => other.Name == name)) binder.Mistakes.Add(MistakeCode.NameTaken, binder.PlaceOf(entry, "name"), $"There is another notifier '{Variables.Show(name)}'. Names are unique.");
            made.Add(new NotifierSettings(name, kind, url));
        }
        return made.ToImmutable();
    }

    /// <summary>The name itself if it is free, else the first of name-2, name-3, … that is.</summary>
    internal static string Numbered(string name, Func<string, bool> taken)
    {
        var free = name;
        for (var number = 2; taken(free); number++) free = $"{name}-{number}";
        return free;
    }

    private static void CheckWeb(Binder binder, object record, string key, Uri url)
    {
        if (url.Scheme is not ("http" or "https")) binder.Mistakes.Add(MistakeCode.WrongType, binder.PlaceOf(record, key), $"'{key}' begins with https:// or http://.");
    }

    private static void CheckListen(Binder binder, ConfigFile config)
    {
        if (config.Listen is not { Endpoint: null }) return;
        var deaf = config.Components.FirstOrDefault(component => component.Probes.Any(probe => probe.Type.IsPassive));
        if (deaf is not null)
            binder.Mistakes.Add(MistakeCode.Combination, binder.PlaceOf(config, "listen"), $"{deaf.Name} waits for reports, so Nines must listen. Write an address with a port, such as {ListenAddress.Default}, or leave 'listen' out.");
    }

    private static void CheckControl(Binder binder, ControlEntry control)
    {
        for (var i = 0; i < control.Targets.Length; i++)
            if (control.Targets[i] is var target && (target.Scheme != "tcp" || target.Port < 1 || target.Host.Length == 0))
                binder.Mistakes.Add(MistakeCode.WrongType, binder.PlaceOf(control, "targets", i), $"{Variables.Show(target.OriginalString)} is not a control target. Write tcp://address:port, for example tcp://1.1.1.1:443.");
        foreach (var mistake in new ControlSettings(control.Targets, control.Names).Options.Validate().Where(_ => control.Targets.All(target => target.Scheme == "tcp" && target.Port > 0)))
            binder.Mistakes.Add(MistakeCode.TooMany, binder.PlaceOf(control, mistake.Option), $"'{mistake.Option}' {mistake.Message}");
        for (var i = 0; i < control.Names.Length; i++)
            if (Uri.CheckHostName(control.Names[i]) != UriHostNameType.Dns)
                binder.Mistakes.Add(MistakeCode.WrongType, binder.PlaceOf(control, "names", i), $"{Variables.Show(control.Names[i])} is not a host name to resolve.");
    }

    [GeneratedRegex(@"\Acomponents\[([0-9]+)\]", RegexOptions.CultureInvariant)]
    private static partial Regex ComponentIndex();
}
