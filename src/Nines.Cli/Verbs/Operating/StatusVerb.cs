using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Nines.Cli.Config;
using Nines.Cli.Config.Files;
using Nines.Cli.Output;
using Nines.Core;
using Nines.Core.Control;
using Nines.Core.Facts;
using Nines.Ledger;
using Nines.Ledger.Text;
using Nines.Response.StatusPage;
using Nines.Web.StatusPage;
using NodaTime;

namespace Nines.Cli.Verbs.Operating;

/// <summary><c>nines status post|update|list|export</c>: the public status page.</summary>
public static class StatusVerb
{
    /// <summary>More is not read from stdin: it would be refused.</summary>
    private const int MostRead = PageMarkdown.LongestText + 1;

    public static Command Create(ReadContext context) => new("status", "The public status page: post incidents, list them, export the page") { Post(context), Update(context), List(context), Export(context) };

    private static Command Post(ReadContext context)
    {
        var name = new Argument<string>("name") { Description = $"The headline, at most {IncidentPosted.LongestName} characters", HelpName = "NAME" };
        var body = Body();
        var (phase, impact, components, outage) = (Word<IncidentPhase>("--phase", "How far it is; else investigating"), Word<IncidentImpact>("--impact", "What users feel of it; else minor"), Components(), Outage(context));
        return ControlVerb.Create(context, "post", "Tell the public of a new incident", [name, body, phase, impact, components, outage], parsed => new ControlCommand.PostIncident(
            null, Read<IncidentPhase>(parsed, phase) ?? IncidentPhase.Investigating, parsed.GetValue(name)!, Read<IncidentImpact>(parsed, impact), TextOf(parsed.GetValue(body)!),
            [.. parsed.GetValue(components) ?? []], parsed.GetValue(outage)));
    }

    private static Command Update(ReadContext context)
    {
        var incident = new Argument<string>("incident") { Description = "Its id, as `nines status list` says it", HelpName = "INCIDENT" };
        var body = Body();
        var (phase, impact, components, outage) = (Word<IncidentPhase>("--phase", "How far it is now"), Word<IncidentImpact>("--impact", "What users feel of it; else as before"), Components(), Outage(context));
        phase.Required = true;
        var name = new Option<string?>("--name") { Description = "Another headline; else as before", HelpName = "NAME" };
        return ControlVerb.Create(context, "update", "Tell how an incident goes on", [incident, body, phase, impact, components, outage, name], parsed => new ControlCommand.PostIncident(
            parsed.GetValue(incident)!, Read<IncidentPhase>(parsed, phase)!.Value, parsed.GetValue(name), Read<IncidentImpact>(parsed, impact), TextOf(parsed.GetValue(body)!),
            parsed.GetValue(components) is { Length: > 0 } named ? [.. named] : null, parsed.GetValue(outage)));
    }

    private static Command List(ReadContext context) => ReadVerb.Create(context, "list", "Incidents that were posted, the last first", [], (_, ledger, _, _) =>
    {
        var rows = ledger.Incidents.OrderByDescending(incident => incident.Posts[0].At).Select(IncidentRow.Of).ToList();
        return Task.FromResult(Result.Of(
            new { Schema = "nines.incidents_posted/1", AsOfPosition = ledger.Position.Value, Incidents = rows },
            "incidents",
            new Table(["INCIDENT", "PHASE", "IMPACT", "POSTED", "UPDATED", "POSTS", "COMPONENTS", "NAME"], [.. rows.Select(row => row.Cells())]) { WhenEmpty = "No incident was posted." }));
    });

    private static Command Export(ReadContext context)
    {
        var folder = new Argument<string>("folder") { Description = "Where to write it; files of an earlier export there are replaced", HelpName = "FOLDER" };
        return ReadVerb.Create(context, "export", "Write the status page as files that any web server can show", [folder], async (parsed, ledger, _, _) =>
        {
            var config = parsed.GetValue<string>("--config")!;
            var data = context.DataFolder(parsed.GetValue<string?>("--data"), config);
            var settings = SettingsIn(config, ledger, data);
            var content = PageMaker.Make(ledger, settings.Options, IdsOf(data), context.Now);
            await using var tree = new PageTree();
            var files = await tree.RenderAsync(content, settings.Theme, subscribe: settings.Options.Desk is not null);
            var into = Path.GetFullPath(parsed.GetValue(folder)!);
            try
            {
                var (written, removed) = PageExport.Write(into, files);
                return Result.Of(
                    new { Schema = "nines.status_export/1", AsOfPosition = ledger.Position.Value, content.AsOf, Folder = into, Files = files.Length, Written = written, Removed = removed },
                    "export",
                    new Table(["FOLDER", "FILES", "WRITTEN", "REMOVED", "AS OF"], [[into, Number(files.Length), Number(written), Number(removed), content.AsOf is { } asOf ? InstantText.Of(asOf) : "-"]]));
            }
            catch (ExportException failed)
            {
                throw new Fault(ExportException.Code, ExitCode.OutOfReach, failed.Message);
            }
        }, live: true);
    }

    private static PublicIds IdsOf(string dataFolder)
    {
        try
        {
            return PublicIds.Open(dataFolder);
        }
        catch (PublicKeyException refused)
        {
            throw new Fault(PublicKeyException.Code, ExitCode.OutOfReach, refused.Message);
        }
    }

    private static StatusPageSettings SettingsIn(string file, LedgerProjection ledger, string dataFolder)
    {
        if (ConfigFiles.Open(file, out var unreadable) is not { } files) throw new Fault("NIN4360", ExitCode.OutOfReach, $"{unreadable} The status page is what the config says is public: name it with --config.");
        var names = ledger.Components.Select(component => component.Id.Value).ToHashSet(StringComparer.Ordinal);
        if (new ConfigLoader(new ConfigSurroundings()).StatusPageIn(ConfigLoader.Parse(files), names, dataFolder, out var mistakes) is { } settings) return settings;
        throw new Fault("NIN4360", ExitCode.CalledWrong, mistakes.Count == 0
            ? $"{file}: has no status page. Write status_page into it."
            : $"{file}: has {Counted.Of(mistakes.Count, "mistake")} in its status page.\n{ConfigOption.Listed(mistakes)}");
    }

    private static Option<string> Body() => new("--body") { Description = $"What is said, in Markdown, at most {PageMarkdown.LongestText.ToString("N0", CultureInfo.InvariantCulture)} characters; - reads it from stdin", HelpName = "TEXT", Required = true };

    private static Option<string[]> Components() =>
        new("--component") { Description = "A component of the status page that is affected, by its public id; may be repeated", HelpName = "ID", AllowMultipleArgumentsPerToken = true };

    private static Option<string?> Outage(ReadContext context)
    {
        var outage = new Option<string?>("--outage") { Description = "The outage that it is about: its bounds are shown, its name never is", HelpName = "OUTAGE" };
        outage.CompletionSources.Add(Suggestions.Outages(context, open: false));
        return outage;
    }

    private static Option<string?> Word<T>(string name, string about) where T : struct, Enum
    {
        var words = Enum.GetNames<T>().Select(word => word.ToLowerInvariant()).ToArray();
        var option = new Option<string?>(name) { Description = $"{about}: {string.Join(", ", words)}", HelpName = name[2..].ToUpperInvariant() };
        option.CompletionSources.Add(words);
        return option;
    }

    private static T? Read<T>(ParseResult parsed, Option<string?> option) where T : struct, Enum
    {
        if (parsed.GetValue(option) is not { } word) return null;
        var words = Enum.GetNames<T>().Select(name => name.ToLowerInvariant()).ToArray();
        return words.Contains(word) ? Enum.Parse<T>(word, ignoreCase: true)
            : throw new Fault("NIN4362", ExitCode.CalledWrong, $"{option.Name}: '{word}' is none. {(DidYouMean.Closest(word, words) is { } near ? $"Did you mean '{near}'?" : $"Say {string.Join(", ", words)}.")}");
    }

    private static string TextOf(string body)
    {
        if (body != "-") return body;
        var buffer = new char[MostRead];
        return new string(buffer, 0, Console.In.ReadBlock(buffer, 0, buffer.Length));
    }

    private static string Number(int count) => count.ToString(CultureInfo.InvariantCulture);

    /// <summary>A row of nines.incidents_posted/1.</summary>
    /// <param name="By">Who posted last.</param>
    private sealed record IncidentRow(
        string Incident, string Name, IncidentPhase Phase, IncidentImpact Impact, Instant PostedAt, Instant UpdatedAt, int Posts, ImmutableArray<string> Components, string? Outage, string By)
    {
        public static IncidentRow Of(PostedIncident incident) => new(
            incident.Id, incident.Last.Name, incident.Last.Phase, incident.Last.Impact, incident.Posts[0].At, incident.Last.At, incident.Posts.Length, incident.Last.Components, incident.Last.Outage, incident.Last.By);

        public ImmutableArray<string> Cells() =>
            [Incident, Phase.ToString().ToLowerInvariant(), Impact.ToString().ToLowerInvariant(), InstantText.Of(PostedAt), InstantText.Of(UpdatedAt), Number(Posts), string.Join(", ", Components), Name];
    }
}
