using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nines.Backbone.Embedded.Backup;
using Nines.Backbone.Journal;
using Nines.Cli.Import.History;
using Nines.Cli.Output;
using Nines.Core.Components;
using Nines.Core.Time;
using Nines.Ledger.Documents;
using Nines.Ledger.History;
using NodaTime;

namespace Nines.Cli.Verbs.Keeping;

/// <summary><c>nines import upptime|statuspage|prometheus|kuma|gatus|csv</c>: takes over what another tool, or people, had on record.</summary>
internal sealed class ImportVerb
{
    private readonly ReadContext context;
    private readonly HistorySource source;
    private readonly Argument<string> place;
    private readonly Option<string?> everything = new("--as") { Description = "The component that all of it is of", HelpName = "COMPONENT" };
    private readonly Option<string[]> map = new("--map") { Description = "NAME=COMPONENT for what is to be called otherwise than by its own name", HelpName = "NAME=COMPONENT", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string> kind = new("--kind") { Description = "What the components are, where no config says it", DefaultValueFactory = _ => "dapp" };
    private readonly Option<string[]> labels = new("--label") { Description = "KEY=VALUE for every component, where no config says it", HelpName = "KEY=VALUE", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> zone = new("--time-zone") { Description = "Of instants that name none, such as Europe/Berlin; else UTC", HelpName = "ZONE" };
    private readonly Option<string?> cadence = new("--cadence") { Description = "Time between two looks of the other tool; else learnt from what it wrote", HelpName = "DURATION" };
    private readonly Option<string?> from = new("--from") { Description = "Only what lies after this instant: RFC 3339, a date, or -7d", HelpName = "TIME" };
    private readonly Option<string?> to = new("--to") { Description = "Only what lies before this instant", HelpName = "TIME" };
    private readonly Option<bool> dryRun = new("--dry-run") { Description = "Say what would be done, and write nothing" };
    private readonly Option<string?> repairs = new("--repairs") { Description = "Also write every row that was mended, merged or rejected into this CSV file; one that is there is replaced", HelpName = "FILE" };
    private readonly Option<string?> data = new("--data") { Description = "The data folder; else the config's", HelpName = "FOLDER" };
    private readonly Option<string> config = ConfigOption.Create();
    private readonly Option<string> format = OutputOption.Create();

    private ImportVerb(ReadContext context, HistorySource source)
    {
        (this.context, this.source) = (context, source);
        place = new Argument<string>(source.Place.HelpName.ToLowerInvariant()) { Description = source.Place.Description, HelpName = source.Place.HelpName };
        kind.AcceptOnlyFromAmong([.. Enum.GetNames<ComponentKind>().Select(name => name.ToLowerInvariant())]);
        everything.CompletionSources.Add(Suggestions.Components);
    }

    public static Command Create(ReadContext context)
    {
        var command = new Command("import", "Take over what another tool, or people, had on record; `nines init --from` takes over what it watches");
        foreach (var source in HistorySources.All) command.Add(new ImportVerb(context, source).Command());
        return command;
    }

    private Command Command()
    {
        var command = new Command(source.Name, source.About) { place, everything, map, kind, labels, zone, cadence, from, to, dryRun, repairs, data, config, format };
        foreach (var option in source.Options) command.Add(option);
        command.SetAction(async (parsed, cancellation) =>
        {
            var bar = Console.IsErrorRedirected ? null : new ProgressBar(context.Screen.Error);
            try
            {
                var result = await RunAsync(parsed, bar, cancellation);
                bar?.Clear();
                ResultWriter.Write(result, OutputOption.Read(parsed, format), context.Screen);
                return (int)result.Exit;
            }
            catch (JournalException broken)
            {
                throw new Fault(broken.Code, ExitCode.OutOfReach, broken.Message);
            }
            finally
            {
                bar?.Clear();
            }
        });
        return command;
    }

    private async Task<Result> RunAsync(ParseResult parsed, ProgressBar? bar, CancellationToken cancellation)
    {
        var now = context.Now;
        var naming = NamingOf(parsed);
        Instant? begin = parsed.GetValue(from) is { } first ? TimeArgument.Parse(first, "--from", now) : null, end = parsed.GetValue(to) is { } last ? TimeArgument.Parse(last, "--to", now) : null;
        var query = new HistoryQuery(parsed.GetValue(place)!, naming.Everything?.Value, ZoneOf(parsed.GetValue(zone)), CadenceOf(parsed.GetValue(cadence)), now, context.Time, share => bar?.Report(new BackupProgress("reading", share))) { From = begin, To = end };
        query.Progress(0);
        var reading = await source.ReadAsync(query, parsed, cancellation);
        query.Progress(0.8);
        // How it was read belongs to what was read: the same file in another time zone is another history.
        var digest = Convert.ToHexStringLower(SHA256.HashData([.. reading.Content, .. Encoding.UTF8.GetBytes(SettingsOf(parsed))]));

        var recorder = new ImportRecorder(context.DataFolder(parsed.GetValue(data), parsed.GetValue(config)!), context.Time);
        var isDryRun = parsed.GetValue(dryRun);
        await using var turn = isDryRun ? null : recorder.Begin();
        var ledger = await recorder.LedgerAsync(cancellation);
        var plan = ImportPlan.Make(reading.History, reading.Source, digest, naming, ledger, now, begin, end);
        query.Progress(0.9);
        ImmutableArray<Core.Facts.HistoryImported> facts = [.. plan.Where(one => !one.IsOnRecord).Select(one => one.Fact).OfType<Core.Facts.HistoryImported>()];
        foreach (var fact in facts)
            if (ImportChecks.ProblemOf(fact, now) is { } problem) throw new Fault("NIN4211", ExitCode.CalledWrong, $"{fact.Component}: cannot be put on record: {problem}. Import a shorter span with --from and --to.");
        var said = isDryRun ? "Nothing was written (--dry-run)."
            : plan.All(one => one.Fact is null) ? "Nothing of it could be put on record."
            : facts.IsEmpty ? "All of it was on record already: nothing changed."
            : $"On record in {await recorder.RecordAsync(facts, ledger.Position.Value, cancellation)}.";
        if (parsed.GetValue(repairs) is { } file) WriteRepairs(file, reading.History.Rows);
        return ImportResult.Of(reading, digest, plan, said, isDryRun);
    }

    private ImportNaming NamingOf(ParseResult parsed)
    {
        ComponentId? all = parsed.GetValue(everything) is { } text ? ComponentOf(text, "--as") : null;
        var named = ImmutableDictionary.CreateBuilder<string, ComponentId>(StringComparer.Ordinal);
        foreach (var (target, component) in Pairs(parsed.GetValue(map), "--map", "NAME=COMPONENT")) named[target] = ComponentOf(component, "--map");
        return new ImportNaming
        {
            Everything = all,
            Map = named.ToImmutable(),
            Kind = Enum.Parse<ComponentKind>(parsed.GetValue(kind)!, ignoreCase: true),
            Labels = Pairs(parsed.GetValue(labels), "--label", "KEY=VALUE").GroupBy(label => label.Key).ToImmutableSortedDictionary(label => label.Key, label => label.Last().Value),
        };
    }

    /// <summary>At the last '=': names of sites may hold one, names of components do not.</summary>
    private static IEnumerable<(string Key, string Value)> Pairs(string[]? texts, string option, string shape)
    {
        foreach (var text in texts ?? [])
        {
            var at = text.LastIndexOf('=');
            if (at <= 0 || text.Length > 1_000) throw new Fault("NIN4213", ExitCode.CalledWrong, $"{option}: '{text}' is not {shape}.");
            yield return (text[..at], text[(at + 1)..]);
        }
    }

    private static ComponentId ComponentOf(string text, string option) => ComponentId.TryParse(text, out var id) ? id
        : throw new Fault("NIN4213", ExitCode.CalledWrong, $"{option}: '{text}' is not a name of a component: use 1 to 63 of a-z, 0-9, '-', '_', '.'.");

    private static DateTimeZone ZoneOf(string? text) => text is null ? DateTimeZone.Utc : DateTimeZoneProviders.Tzdb.GetZoneOrNull(text)
        ?? throw new Fault("NIN4213", ExitCode.CalledWrong, $"--time-zone: '{text}' is no zone of the IANA database. Try Europe/Berlin, America/New_York, UTC.");

    private static Duration? CadenceOf(string? text) => text is null ? null
        : DurationText.TryParse(text, out var length, out var problem) && length >= Duration.FromSeconds(1) && length <= Duration.FromDays(7) ? length
        : throw new Fault("NIN4213", ExitCode.CalledWrong, $"--cadence: '{text}' {(problem.Length > 0 ? problem : "is not between 1s and 7d")}.");

    /// <summary>What of the call shapes the history; not what only says where it goes.</summary>
    private string SettingsOf(ParseResult parsed)
    {
        string[] aside = [data.Name, config.Name, format.Name, dryRun.Name, repairs.Name, from.Name, to.Name];
        var said = parsed.CommandResult.Children.OfType<System.CommandLine.Parsing.OptionResult>().Where(option => !option.Implicit && !aside.Contains(option.Option.Name))
            .OrderBy(option => option.Option.Name, StringComparer.Ordinal).Select(option => $"{option.Option.Name}={string.Join('\u001f', option.Tokens.Select(token => token.Value))}");
        return string.Join('\n', said);
    }

    private static void WriteRepairs(string path, RowAccount rows)
    {
        try
        {
            using var file = new StreamWriter(path, append: false, new UTF8Encoding(false));
            Csv.Write(rows.Repairs.Select(repair => (JsonObject)JsonSerializer.SerializeToNode(repair, DocumentJson.Options)!), file);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new Fault("NIN4216", ExitCode.OutOfReach, $"{path}: the repairs cannot be written: {wrong.Message} What was imported is on record. Name a file in a folder that you can write.");
        }
    }
}
