using System.CommandLine;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Cli.Config;
using Nines.Cli.Config.Files;
using Nines.Cli.Output;
using Nines.Cli.Watching;
using Nines.Ledger;
using Nines.Ledger.Reports;
using Nines.Ledger.Snapshots;
using Nines.Ledger.Text;
using Nines.Pricing;
using NodaTime;

namespace Nines.Cli.Verbs;

/// <summary>What the verbs that read need of the world.</summary>
public sealed record ReadContext
{
    /// <summary>The data folder, from what <c>--data</c> (null: not given) and <c>--config</c> say.</summary>
    public required Func<string?, string, string> DataFolder { get; init; }

    public required TimeProvider Time { get; init; }

    public required Screen Screen { get; init; }

    /// <summary>Opens the journal in a folder for reading: beside a running <c>nines up</c>, or without it.</summary>
    public required Func<string, CancellationToken, Task<IJournal>> OpenJournal { get; init; }

    public Instant Now => Instant.FromDateTimeOffset(Time.GetUtcNow());

    public static ReadContext Of(Func<string?, string, string> dataFolder, TimeProvider time, Screen screen) => new()
    {
        DataFolder = dataFolder,
        Time = time,
        Screen = screen,
        OpenJournal = async (folder, cancellation) => await SqliteJournal.OpenReadOnlyAsync(folder, time, cancellation: cancellation),
    };
}

/// <summary>What all verbs that read share: options, opening the journal, and how they fail.</summary>
internal sealed class ReadVerb
{
    private readonly ReadContext context;
    private readonly Option<string> format;
    private readonly Option<string?> file = new("--to-file") { Description = "Write it into this file, whole or not at all; without -o, its name says the form (.html, .md, .json, .csv, .yaml, .txt)", HelpName = "FILE" };
    private readonly Option<string?> data = new("--data") { Description = "The data folder; else the config's", HelpName = "FOLDER" };
    private readonly Option<string> config = ConfigOption.Create();
    private readonly bool live;
    private readonly Func<Result>? withoutRecord;

    private ReadVerb(ReadContext context, bool live, Func<Result>? withoutRecord, bool isPage) =>
        (this.context, this.live, this.withoutRecord, format) = (context, live, withoutRecord, OutputOption.Create(isPage));

    /// <summary>A command that makes a result from the ledger.</summary>
    /// <param name="live">It tells of now, as far as the watcher has judged, and not of a position that can be repeated.</param>
    /// <param name="withoutRecord">What there is to tell where nothing is on record yet; null: that is an error.</param>
    /// <param name="isPage">The result has a page: it can be HTML and Markdown too, and go into a file.</param>
    public static Command Create(
        ReadContext context, string name, string about, IEnumerable<Symbol> symbols, Func<ParseResult, LedgerProjection, IJournal, CancellationToken, Task<Result>> make,
        bool live = false, Func<Result>? withoutRecord = null, bool isPage = false)
    {
        var verb = new ReadVerb(context, live, withoutRecord, isPage);
        var command = new Command(name, about) { verb.format, verb.data, verb.config };
        if (isPage) command.Add(verb.file);
        foreach (var symbol in symbols)
        {
            if (symbol is Option option) command.Add(option);
            else if (symbol is Argument argument) command.Add(argument);
        }
        command.SetAction((parsed, cancellation) => verb.RunAsync(parsed, make, cancellation));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Func<ParseResult, LedgerProjection, IJournal, CancellationToken, Task<Result>> make, CancellationToken cancellation)
    {
        // Asked once: a config on stdin can be read only once.
        string? folder = null;
        try
        {
            folder = context.DataFolder(parsed.GetValue(data), parsed.GetValue(config)!);
            await using var journal = await context.OpenJournal(folder, cancellation);
            // Memory first: facts that came with it are then surely read as well.
            var judged = live ? (await WatchMemory.ReadAsync(journal, cancellation)).LastInstant : null;
            var ledger = await LedgerSnapshot.LoadAsync(journal, folder, cancellation);
            if (judged is { } until) ledger.ExtendTo(until);
            if (ledger.Run is null) AssumeConfig(ledger, parsed.GetValue(config)!);
            var result = await make(parsed, ledger, journal, cancellation);
            if (result.Page is not null && parsed.GetValue(file) is { } path) await ToFileAsync(result, path, parsed, cancellation);
            else ResultWriter.Write(result, OutputOption.Read(parsed, format), context.Screen);
            return (int)result.Exit;
        }
        catch (Fault fault)
        {
            return Say(fault.Code, fault.Message, fault.Exit);
        }
        catch (ReportException nothing)
        {
            return Say(nothing.Code, nothing.Message, nothing.Code == ReportException.NothingWatched ? ExitCode.OutOfReach : ExitCode.CalledWrong);
        }
        catch (PricingException priceless)
        {
            return Say(priceless.Code, priceless.Message, ExitCode.CalledWrong);
        }
        catch (JournalException none) when (withoutRecord is not null && none.Code is (JournalErrors.MissingFolder or JournalErrors.NoJournal))
        {
            ResultWriter.Write(withoutRecord!(), OutputOption.Read(parsed, format), context.Screen);
            return (int)ExitCode.Done;
        }
        catch (JournalException early) when (early.Code is JournalErrors.MissingFolder or JournalErrors.NoJournal)
        {
            return Say(early.Code, $"{folder}: nothing is on record there yet. Start with `{context.Screen.Command} up`, or name the folder of another record with --data.", ExitCode.OutOfReach);
        }
        catch (JournalException broken)
        {
            return Say(broken.Code, broken.Message, ExitCode.OutOfReach);
        }
    }

    private async Task ToFileAsync(Result result, string path, ParseResult parsed, CancellationToken cancellation)
    {
        var form = parsed.GetResult(format) is { Implicit: false } ? OutputOption.Read(parsed, format)
            : OutputOption.ByName(path) ?? throw new Fault("NIN4290", ExitCode.CalledWrong, $"{path}: its name says no form of a report. End it in .html, .md, .json, .csv, .yaml or .txt, or say the form with -o. A PDF is what a browser prints of the HTML.");
        using var text = new StringWriter();
        ResultWriter.Write(result, form, context.Screen with { Out = text, IsTerminal = false, HasColor = false });
        await WholeFile.WriteAsync(path, text.ToString(), "NIN4290", "the report", cancellation);
        context.Screen.Error.Write($"Written to {ResultWriter.Printable(path, keepLines: false)}.\n");
    }

    /// <summary>Nobody ever watched here, so no config is on record: policies and objectives are those of the config in reach, if there is one.</summary>
    /// <exception cref="Fault">NIN4027: it has mistakes in them.</exception>
    private static void AssumeConfig(LedgerProjection ledger, string file)
    {
        if (file == ConfigFiles.Stdin || ConfigFiles.Open(file, out _) is not { } files) return;
        var names = ledger.Components.Select(component => component.Id.Value).ToHashSet(StringComparer.Ordinal);
        if (new ConfigLoader(new ConfigSurroundings()).PromisesIn(ConfigLoader.Parse(files), names, out var mistakes) is { } promises)
            ledger.Assume(promises.Policy, promises.Policies, promises.Objectives);
        else
            throw new Fault("NIN4027", ExitCode.CalledWrong, $"{file}: has {Counted.Of(mistakes.Count, "mistake")} in its policies and objectives, which a record that was never watched takes from it.\n{ConfigOption.Listed(mistakes)}");
    }

    private int Say(string code, string message, ExitCode exit)
    {
        context.Screen.Error.Write($"{code}: {ResultWriter.Printable(message, keepLines: true)}\n");
        return (int)exit;
    }
}
