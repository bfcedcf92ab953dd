using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Nines.Cli.Config;
using Nines.Cli.Output;
using Nines.Cli.Verbs.Reading;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Maintenance;
using Nines.Core.Time;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Cli.Verbs.Setup;

/// <summary><c>nines check [config] [FILE]</c>: all the mistakes in a config or, when there are none, what Nines understood by it.</summary>
public static class CheckVerb
{
    public static Command Create(ConfigSurroundings surroundings, TimeProvider time, Screen screen)
    {
        var verb = Make("check", "Say what is wrong with a configuration, or how it is understood", surroundings, time, screen);
        verb.Add(Make("config", "The configuration: what 'nines check' checks when nothing is named", surroundings, time, screen));
        return verb;
    }

    private static Command Make(string name, string about, ConfigSurroundings surroundings, TimeProvider time, Screen screen)
    {
        var file = new Argument<string?>("file") { Description = "The config, as with --config", HelpName = "FILE", Arity = ArgumentArity.ZeroOrOne };
        var option = ConfigOption.Create();
        var output = OutputOption.Create();
        var command = new Command(name, about) { file, option, output };
        command.Validators.Add(result =>
        {
            if (result.GetResult(file) is { Tokens.Count: > 0 } && result.GetResult(option) is { Implicit: false })
                result.AddError("The config file is named twice: once by itself, once with --config. Name it once.");
        });
        command.SetAction(async (parsed, cancellation) =>
            Tell(await ConfigOption.ReadAsync(parsed.GetValue(file) ?? parsed.GetValue(option)!, surroundings, time, cancellation), surroundings, OutputOption.Read(parsed, output), Instant.FromDateTimeOffset(time.GetUtcNow()), screen));
        return command;
    }

    /// <returns>0 when it can be used; 1 when there are mistakes, or something discovered was left out; 4 when the file cannot be read.</returns>
    public static int Tell(ConfigReading reading, ConfigSurroundings surroundings, OutputFormat format, Instant now, Screen screen)
    {
        switch (reading)
        {
            case ConfigReading.Refused { Mistakes: var mistakes }:
                // For people mistakes are talk, in lines that editors jump to; for machines they are the result.
                if (format != OutputFormat.Table) ResultWriter.Write(MistakesResult(mistakes), format, screen);
                ConfigOption.Tell(mistakes, screen);
                return (int)(mistakes[0].Code == MistakeCode.File ? ExitCode.OutOfReach : ExitCode.SomethingIsWrong);
            case ConfigReading.Loaded { Config: var config } loaded:
                var check = ConfigCheck.Of(config, surroundings.ProbeTypes);
                ResultWriter.Write(CheckResult(check, config, loaded, now), format, screen);
                foreach (var warning in check.Warnings) screen.Error.Write($"Note: {ResultWriter.Printable(warning, keepLines: false)}\n");
                ConfigOption.TellLeftOut(loaded, screen);
                return (int)(loaded.LeftOut.IsEmpty && loaded.Notes.IsEmpty ? ExitCode.Done : ExitCode.SomethingIsWrong);
            default:
                throw new InvalidOperationException("ConfigReading is a closed hierarchy.");
        }
    }

    private static Result MistakesResult(ImmutableArray<Mistake> mistakes) => Result.Of(
        new
        {
            Schema = "nines.check/1",
            Ok = false,
            Mistakes = mistakes.Select(Row),
        },
        "mistakes",
        []);

    private static Result CheckResult(ConfigCheck check, LoadedConfig config, ConfigReading.Loaded loaded, Instant now) => Result.Of(
        new
        {
            Schema = "nines.check/1",
            Ok = true,
            config.Digest,
            config.Policy,
            config.DataFolder,
            Components = check.Resolutions.Select(row => new { row.Component, row.Kind, row.Probes, row.VantagePoints, ResolutionS = row.Resolution is { } resolution ? Ledger.Documents.DocumentJson.Seconds(resolution) : (decimal?)null }),
            Conditions = check.Conditions.Select(row => new { Probe = row.Probe.ToString(), Condition = row.Explanation.Text, row.Explanation.Onset, row.Explanation.Otherwise, row.Explanation.Scope }),
            ChainRules = check.ChainRules.Select(row => new { row.Chain, row.Rule, row.Otherwise, row.Onset, row.Sources }),
            Calls = check.Calls.Select(row => new { row.Provider, row.CallsPerDay, row.Probes }),
            Objectives = config.Objectives.Select(objective => new { Objective = objective.Name, For = OpenSloVerbs.ForText(objective), objective.Target, Window = objective.Window.ToString() }),
            Maintenance = config.Maintenance.Select(rule => new { Rule = rule.Name, rule.Components, NextFrom = Next(rule, now)?.From, NextTo = Next(rule, now)?.To }),
            StatusPage = config.StatusPage is { } page ? new
            {
                Url = page.Options.Url.AbsoluteUri,
                Listen = page.Listen?.ToString(),
                page.Export,
                Policy = page.Options.Policy.Name,
                Components = page.Options.Components.Select(component => new { component.Id, component.Name, component.Group, Shows = component.Shows.Select(shown => shown.Value) }),
            } : null,
            Control = new { check.Control.Given, check.Control.Options.Targets, check.Control.Options.Names },
            check.Warnings,
            LeftOut = loaded.LeftOut.Select(Row),
            SourceProblems = loaded.Notes,
        },
        "components",
        [
            new Table(["COMPONENT", "KIND", "PROBES", "FROM", "RESOLUTION"],
                [.. check.Resolutions.Select(row => Row(row.Component.Value, row.Kind.ToString().ToLowerInvariant(), Count(row.Probes), Count(row.VantagePoints), row.Resolution is { } resolution ? DurationText.Print(resolution) : "-"))]),
            new Table(["PROBE", "CONDITION AS UNDERSTOOD", "ONSET OF ITS OUTAGE"],
                [.. check.Conditions.Select(row => Row(row.Probe.ToString(), row.Explanation.Text, row.Explanation.Onset))]) { WhenEmpty = null },
            new Table(["CHAIN", "RULE OVER ALL SOURCES", "ELSE", "ONSET OF ITS OUTAGE", "SOURCES"],
                [.. check.ChainRules.Select(row => Row(row.Chain.Value, row.Rule, row.Otherwise.Word(), row.Onset, Count(row.Sources)))]) { WhenEmpty = null },
            new Table(["PROVIDER", "CALLS A DAY", "PROBES"],
                [.. check.Calls.Select(row => Row(row.Provider, row.CallsPerDay == 0 ? "held open" : row.CallsPerDay.ToString("N0", CultureInfo.InvariantCulture), Count(row.Probes)))]) { WhenEmpty = null },
            OpenSloVerbs.Understood(config.Objectives),
            new Table(["MAINTENANCE", "OF", "NEXT FROM", "TO (UTC)"],
                [.. config.Maintenance.Select(rule => Next(rule, now) is { } next
                    ? Row(rule.Name, string.Join(", ", rule.Components), InstantText.Of(next.From)[..19], InstantText.Of(next.To)[..19])
                    : Row(rule.Name, string.Join(", ", rule.Components), "never again", "-"))]) { WhenEmpty = null },
            new Table(["ON THE STATUS PAGE", "ID", "GROUP", "SHOWS"],
                [.. config.StatusPage?.Options.Components.Select(component => Row(component.Name, component.Id, component.Group ?? "-", string.Join(", ", component.Shows))) ?? []]) { WhenEmpty = null },
        ],
        $"Our own path is vouched for by {string.Join(", ", check.Control.Options.Targets)} and the names {string.Join(", ", check.Control.Options.Names)}{(check.Control.Given ? "" : " (built in)")}.",
        config.Notifiers.IsEmpty ? "Nobody is told of outages: there is no 'notify'." : $"Outages are told to {string.Join(", ", config.Notifiers.Select(notifier => notifier.Name))}.",
        $"Policy {config.Policy}, data in {config.DataFolder}, digest {config.Digest[..12]}.");

    /// <summary>The window that is under way or comes next; null when none does within five years (29 February comes every four, but for once in eight).</summary>
    private static MaintenanceWindow? Next(MaintenanceRule rule, Instant now) =>
        new[] { 8, 400, 5 * 366 }.Select(days => rule.Occurrences(now, now + Duration.FromDays(days)).FirstOrDefault()).FirstOrDefault(window => window is not null);

    private static object Row(Mistake mistake) => new { Code = mistake.CodeText, mistake.File, mistake.Line, mistake.Column, mistake.Path, mistake.Message };

    private static ImmutableArray<string> Row(params ReadOnlySpan<string> cells) => [.. cells];

    private static string Count(int number) => number.ToString(CultureInfo.InvariantCulture);
}
