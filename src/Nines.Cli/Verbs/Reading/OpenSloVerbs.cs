using System.Collections.Immutable;
using System.CommandLine;
using Nines.Cli.Config;
using Nines.Cli.Config.OpenSlo;
using Nines.Cli.Output;
using Nines.Core;
using Nines.Ledger.Objectives;

namespace Nines.Cli.Verbs.Reading;

/// <summary><c>nines objectives export|import-check</c>: objectives as OpenSLO v1, out and in. Both read the config, and no record.</summary>
internal static class OpenSloVerbs
{
    public static Command Export(ConfigSurroundings surroundings, ReadContext context)
    {
        var name = new Argument<string?>("name") { Description = "Only this objective", HelpName = "NAME", Arity = ArgumentArity.ZeroOrOne };
        name.CompletionSources.Add(Suggestions.Objectives);
        var option = ConfigOption.Create();
        var command = new Command("export", "The config's objectives as OpenSLO v1, on standard output") { name, option };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (ConfigOption.Load(await ConfigOption.ReadAsync(parsed.GetValue(option)!, surroundings, context.Time, cancellation), context.Screen, out var exit) is not { } config) return (int)exit;
            var wanted = parsed.GetValue(name);
            var chosen = config.Objectives.Where(objective => wanted is null || objective.Name == wanted).ToList();
            if (chosen.Count == 0)
                throw new Fault("NIN4231", ExitCode.CalledWrong, wanted is null
                    ? "The config has no objectives to export. Write some under objectives."
                    : $"The config has no objective '{wanted}'.{DidYouMean.Sentence(wanted, config.Objectives.Select(objective => objective.Name))}");
            OpenSloText.Write(chosen, context.Screen.Out);
            return (int)ExitCode.Done;
        });
        return command;
    }

    public static Command ImportCheck(ConfigSurroundings surroundings, ReadContext context)
    {
        var files = new Argument<string[]>("files") { Description = "OpenSLO v1 files, of one or more documents each", HelpName = "FILE", Arity = ArgumentArity.OneOrMore };
        var option = ConfigOption.Create();
        var output = OutputOption.Create();
        var command = new Command("import-check", "Say what Nines makes of OpenSLO files beside the config, before the config names them") { files, option, output };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (ConfigOption.Load(await ConfigOption.ReadAsync(parsed.GetValue(option)!, surroundings, context.Time, cancellation), context.Screen, out var exit) is not { } config) return (int)exit;
            var (objectives, notUsed, mistakes) = OpenSloFiles.Try(parsed.GetValue(files)!, config, [.. surroundings.Policies, .. config.Policies.Select(own => own.Name)]);
            if (mistakes.Length > 0)
            {
                ConfigOption.Tell(mistakes, context.Screen);
                return (int)(mistakes[0].Code == MistakeCode.File ? ExitCode.OutOfReach : ExitCode.SomethingIsWrong);
            }
            ResultWriter.Write(Show(objectives, notUsed), OutputOption.Read(parsed, output), context.Screen);
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static Result Show(ImmutableArray<Objective> objectives, ImmutableArray<NotUsed> notUsed) => Result.Of(
        new
        {
            Schema = "nines.openslo_check/1",
            Objectives = objectives.Select(objective => new { Objective = objective.Name, objective.Component, objective.Labels, objective.Target, Window = objective.Window.ToString(), objective.Policy, Hours = objective.Hours is not null, Slices = objective.Slices is not null }),
            NotUsed = notUsed.Select(left => new { left.Where, left.Kind, left.Name, left.Why }),
        },
        "objectives",
        [
            Understood(objectives) with { WhenEmpty = "No objective that Nines can judge." },
            new Table(["NOT USED", "NAME", "WHERE", "WHY"], [.. notUsed.Select(left => (ImmutableArray<string>)[left.Kind, left.Name, left.Where, left.Why])]) { WhenEmpty = null },
        ]);

    public static Table Understood(ImmutableArray<Objective> objectives) => new(
        ["OBJECTIVE", "FOR", "TARGET", "WINDOW"],
        [.. objectives.Select(objective => (ImmutableArray<string>)[objective.Name, ForText(objective), new Percentage(objective.Target).ToString(), WindowText(objective)])]) { WhenEmpty = null };

    private static string WindowText(Objective objective) => $"{objective.Window}{(objective.Window is ObjectiveWindow.Calendar calendar ? $" in {calendar.Zone.Id}" : "")}{(objective.Hours is null ? "" : ", business hours")}";

    public static string ForText(Objective objective) => objective.Component?.Value ?? string.Join(", ", objective.Labels.Select(label => $"{label.Key}={label.Value}"));
}
