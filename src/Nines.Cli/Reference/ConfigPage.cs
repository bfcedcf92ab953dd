using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;
using Nines.Cli.Config;
using Nines.Cli.Config.Binding;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Maintenance;
using Nines.Core.Time;
using Nines.Ledger.Objectives;
using Nines.Pricing.Losses;
using Nines.Pricing.Plan;
using Nines.Probing;
using NodaTime;

namespace Nines.Cli.Reference;

/// <summary>docs/reference/config.md, made from the records that the loader binds and the probe types: a row a key.</summary>
internal static class ConfigPage
{
    public static string Text(IReadOnlyList<ProbeType> types)
    {
        var page = new StringBuilder("""
            # The config

            One YAML file, or several (below). A key that is not listed here is a mistake, and so is a key that is there twice. Durations have a unit: `500ms`, `30s`,
            `1m30s`, `2h`, `7d`. `${NAME}` in a value stands for an environment variable, `$${` for the characters `${`. Where a key ends in `(_file)`,
            the key with `_file` added names a file that holds the value instead; such values are never printed.

            ## One file or several

            `--config` takes a file, a folder, or `-` for stdin; a pipe will do for a file. Of a folder all files that end in `.yaml` or `.yml` are
            read, in the order of their names; those that begin with a dot are not. A file `nines.yaml` takes the folder `nines.d` beside it along, and
            may be missing when that is there. Lists are joined, one file's after the other's; groups of keys are joined key by key; any other value
            that is given in two files is a mistake, which names both places. Paths are relative to the file that names them. A file has at most 4 MiB,
            a folder 64 MiB in 1,000 files.

            `nines schema config > nines.schema.json` writes the JSON schema for editors; `nines check` says how a config is understood. This page is made from the program itself.

            """.ReplaceLineEndings("\n"));
        Record(page, "The file", "", typeof(ConfigFile), "");
        Record(page, "vantage_points", "A list.", typeof(VantagePointEntry), "");
        Record(page, "control", "What vouches for our own path: a failed probe counts only while these answer.", typeof(ControlEntry), "");
        Record(page, "components", "A list.", typeof(ComponentEntry), "");
        Record(page, "probes", "A list in a component. An entry begins with the key of its type, whose options stand beside these:", typeof(ProbeSettings), "");
        foreach (var type in types.OrderBy(type => type.Key, StringComparer.Ordinal)) Record(page, $"probes: {type.Key}", type.About, type.OptionsType, type.Key);
        Record(page, "discover", "A list, each with exactly one of `files` and `kubernetes`; see [discovery](../how-to/discovery.md).", typeof(DiscoverEntry), "");
        Record(page, "maintenance", "A list: `from` and `to`, or `every`, `at`, `for` and `zone`.", typeof(MaintenanceEntry), "");
        Record(page, "policies", "A list; what is not given is as in `strict`. See [policies](../concepts/policies.md).", typeof(PolicyEntry), "");
        Record(page, "policies: weights", "", typeof(WeightsEntry), "");
        Record(page, "objectives", "A list, each for one component or for those with labels. See [objectives](../concepts/objectives.md).", typeof(ObjectiveEntry), "");
        Record(page, "objectives: hours", "The only hours that count.", typeof(HoursEntry), "");
        Record(page, "objectives: slices", "", typeof(SlicesEntry), "");
        Record(page, "objectives: budget", "A list: what follows when so much of the budget is spent.", typeof(BudgetStepEntry), "");
        Record(page, "pricing", "What it costs when components are not usable. See [loss models](../concepts/loss-models.md).", typeof(PricingOptions), "");
        foreach (var key in RecordKeys.Of(typeof(PricingOptions)).Keys.Where(key => !ScalarReader.Reads(key.Type)))
            Record(page, $"pricing: {key.Name}", Collections.ItemOf(key.Type) is null ? "" : "A list.", Collections.ItemOf(key.Type) ?? key.Type, key.Type == typeof(ImmutableArray<LossOptions>) ? "" : key.Name);
        foreach (var model in RecordKeys.Of(typeof(LossOptions)).Keys.Where(key => key.Type.IsAssignableTo(typeof(ILossOptions))))
            Record(page, $"pricing: losses: {model.Name}", model.About ?? "", model.Type, model.Name);
        Record(page, "notify", "A list, each with exactly one of the channels.", typeof(NotifierEntry), "");
        Record(page, "reports", "A list. See [reports](../how-to/reports.md).", typeof(ScheduledReportEntry), "");
        Record(page, "mail", "The server that mails are handed to. See [mail](mail.md).", typeof(MailEntry), "");
        Record(page, "subscriptions", "Who may subscribe to the status page. See [subscriptions](subscriptions.md).", typeof(SubscriptionsEntry), "");
        Record(page, "status_page", "What the public is shown, and under which names. See [status page](status-page.md).", typeof(StatusPageEntry), "");
        Record(page, "status_page: theme", "", typeof(ThemeEntry), "");
        Record(page, "status_page: links", "A list.", typeof(PageLinkEntry), "");
        Record(page, "status_page: groups", "A list.", typeof(PublicGroupEntry), "");
        Record(page, "status_page: components", "A list; the same in a group.", typeof(PublicComponentEntry), "");
        Record(page, "defaults", "For probes that do not say.", typeof(DefaultsEntry), "");
        Record(page, "export", "Where else metrics go, beside /metrics. See [metrics](../how-to/metrics.md).", typeof(ExportEntry), "export");
        Record(page, "self_check", "Who raises the alarm when Nines itself is gone. See [metrics](../how-to/metrics.md).", typeof(SelfCheckEntry), "");
        Record(page, "console", "Who may look at the console and use the API. See [access](access.md).", typeof(ConsoleEntry), "console");
        return page.ToString();
    }

    private static void Record(StringBuilder page, string title, string about, Type type, string mainName)
    {
        var defaults = DefaultsOf(type);
        page.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n");
        if (about.Length > 0) page.Append(CultureInfo.InvariantCulture, $"{about}\n\n");
        page.Append("| key | type | default | range | about |\n|---|---|---|---|---|\n");
        Rows(page, type, defaults, "", mainName);
    }

    private static void Rows(StringBuilder page, Type type, object defaults, string above, string mainName)
    {
        foreach (var key in RecordKeys.Of(type).Keys)
        {
            var name = above + (key.Main ? mainName : key.Name);
            var given = key.Required || key.Main ? "must be given" : Show(key.Property.GetValue(defaults), key);
            page.Append(CultureInfo.InvariantCulture, $"| `{name}`{(key.FileKey is null ? "" : " (_file)")} | {Escape(TypeName(key.Type))} | {Escape(given)} | {RangeOf(key)} | {Escape(key.About ?? "")} |\n");
            // The groups of the file itself have sections of their own.
            if (mainName.Length > 0 && !ScalarReader.Reads(key.Type) && Collections.ItemOf(key.Type) is null && Collections.ValueOf(key.Type) is null)
                Rows(page, key.Type, DefaultsOf(key.Type), $"{name}.", mainName);
            else if (mainName.Length > 0 && Collections.ItemOf(key.Type) is { } item && !ScalarReader.Reads(item))
                Rows(page, item, DefaultsOf(item), $"{name}[].", mainName);
        }
    }

    /// <summary>The record with nothing set.</summary>
    private static object DefaultsOf(Type type) => RecordKeys.Of(type).Make(ImmutableDictionary<OptionKey, object>.Empty);

    private static string Show(object? value, OptionKey key) => value switch
    {
        null => "",
        _ when key.Secret => "",
        bool flag => flag ? "`true`" : "`false`",
        Duration duration => $"`{DurationText.Print(duration)}`",
        Enum word => $"`{RecordKeys.KeyName(word.ToString())}`",
        string text => text.Length == 0 ? "" : $"`{text}`",
        System.Collections.IDictionary pairs => pairs.Count == 0 ? "" : $"`{{{string.Join(", ", pairs.Keys.Cast<string>().Order(StringComparer.Ordinal).Select(name => $"{name}: {RecordKeys.KeyName(pairs[name]!.ToString()!)}"))}}}`",
        System.Collections.IEnumerable many => many.Cast<object>().Any() ? $"`[{string.Join(", ", many.Cast<object>())}]`" : "",
        IFormattable number when ScalarReader.Reads(key.Type) => $"`{number.ToString(null, CultureInfo.InvariantCulture)}`",
        _ => "",
    };

    private static string RangeOf(OptionKey key)
    {
        if (key.DurationRange is { } duration) return $"{duration.Shortest} to {duration.Longest}";
        if (key.Range is not { } range) return "";
        // A limit that is the type's own says nothing.
        return Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture) >= long.MaxValue
            ? string.Create(CultureInfo.InvariantCulture, $"{range.Minimum} or more")
            : string.Create(CultureInfo.InvariantCulture, $"{range.Minimum} to {range.Maximum}");
    }

    private static string TypeName(Type type)
    {
        if (type == typeof(TemplateEntry)) return "component";
        if (type == typeof(NeedEntry)) return "name, list, or gate";
        if (type == typeof(ProbeEntry)) return "probe";
        if (type == typeof(ComponentSelection)) return "`all`, or list of names";
        if (type == typeof(DayRule)) return "day, or list of days";
        if (type == typeof(bool)) return "yes or no";
        if (type == typeof(int) || type == typeof(long) || type == typeof(BigInteger)) return "whole number";
        if (type == typeof(double) || type == typeof(decimal)) return "number";
        if (type == typeof(Duration)) return "duration";
        if (type == typeof(Instant)) return "instant";
        if (type == typeof(LocalTime)) return "time of day";
        if (type == typeof(Uri)) return "URL";
        if (type == typeof(ListenAddress)) return "address:port, or `off`";
        if (type == typeof(IPAddress)) return "address";
        if (type == typeof(Percentage)) return "per cent";
        if (type == typeof(TimeWindow)) return "duration, or `day`, `week`, `month`, `quarter`, `year`";
        if (type == typeof(TimeRange)) return "from-to";
        if (type == typeof(ComponentId)) return "name";
        if (type.IsEnum) return string.Join(", ", Enum.GetNames(type).Select(name => $"`{RecordKeys.KeyName(name)}`"));
        if (ScalarReader.Reads(type)) return "text";
        if (Collections.ItemOf(type) is { IsEnum: true } word) return $"list of {TypeName(word)}";
        if (Collections.ItemOf(type) is { } item) return $"list of {Plural(item)}";
        return Collections.ValueOf(type) is { } member ? $"name: {TypeName(member)}, …" : "group of keys";
    }

    private static string Plural(Type item) => ScalarReader.Reads(item) && !item.IsEnum ? TypeName(item) is var name && name == "text" ? "texts" : $"{name}s" : item == typeof(ProbeEntry) ? "probes" : "groups of keys";

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
