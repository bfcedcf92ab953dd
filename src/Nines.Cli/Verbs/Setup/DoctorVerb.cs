using System.Collections.Immutable;
using System.CommandLine;
using Nines.Cli.Config;
using Nines.Cli.Doctor;
using Nines.Cli.Output;
using Nines.Core;
using Nines.Ledger.Text;

namespace Nines.Cli.Verbs.Setup;

/// <summary><c>nines doctor</c>: whether this machine is fit to watch what the config says. Changes nothing.</summary>
public static class DoctorVerb
{
    public static Command Create(TimeProvider time, Screen screen)
    {
        var file = ConfigOption.Create();
        var data = new Option<string?>("--data") { Description = "The data folder; else the config's", HelpName = "FOLDER" };
        var ntp = new Option<string?>("--ntp") { Description = "Server to ask for the time; else the control targets' HTTP dates", HelpName = "SERVER" };
        var resolvers = new Option<string>("--resolv-conf") { Description = "Where the machine's resolvers are named", HelpName = "FILE", DefaultValueFactory = _ => "/etc/resolv.conf" };
        var output = OutputOption.Create();
        var command = new Command("doctor", "Say whether this machine is fit to watch: clock, disk, network, limits") { file, data, ntp, resolvers, output };
        command.SetAction(async (parsed, cancellation) =>
        {
            var path = parsed.GetValue(file)!;
            var reading = await ConfigOption.ReadAsync(path, new ConfigSurroundings(), time, cancellation);
            var config = (reading as ConfigReading.Loaded)?.Config;
            var patient = new Patient
            {
                Config = config,
                DataFolder = parsed.GetValue(data) is { } folder ? Path.GetFullPath(folder) : config?.DataFolder ?? ConfigLoader.DefaultDataFolder(Environment.GetEnvironmentVariable, Environment.CurrentDirectory),
                Time = time,
                NtpServer = parsed.GetValue(ntp),
                ResolvConf = parsed.GetValue(resolvers)!,
            };
            var progress = new Progress(screen);
            var found = await Examination.RunAsync(Examination.ChecksOf(patient), time, progress.Tell, cancellation);
            progress.Clear();
            ImmutableArray<Finding> all = [SystemChecks.Config(reading, path), .. found];
            ResultWriter.Write(Render(all, config?.Redaction ?? Redaction.ByShape), OutputOption.Read(parsed, output), screen);
            return (int)(all.Any(finding => finding.Verdict == Verdict.Problem) ? ExitCode.SomethingIsWrong : ExitCode.Done);
        });
        return command;
    }

    private static Result Render(ImmutableArray<Finding> found, Redaction redaction)
    {
        string Clean(string text) => redaction.Apply(text);
        var (problems, warnings) = (found.Count(finding => finding.Verdict == Verdict.Problem), found.Count(finding => finding.Verdict == Verdict.Warning));
        return Result.Of(
            new { Schema = "nines.doctor/1", Ok = problems == 0, Problems = problems, Warnings = warnings, Checks = found.Select(finding => new { finding.Check, finding.Verdict, What = Clean(finding.What), Why = Clean(finding.Why), Mend = Clean(finding.Mend) }) },
            "checks",
            new Table(["CHECK", "VERDICT", "WHAT", "WHY IT MATTERS", "HOW TO MEND IT"],
                [.. found.Select(finding => (ImmutableArray<string>)[finding.Check, Mark(finding.Verdict), Clean(finding.What), Dash(Clean(finding.Why)), Dash(Clean(finding.Mend))])]),
            problems + warnings == 0 ? "Fit to watch." : $"{Counted.Of(problems, "problem")}, {Counted.Of(warnings, "warning")}.");
    }

    private static string Mark(Verdict verdict) => verdict switch
    {
        Verdict.Ok => "✓ ok",
        Verdict.Warning => "! warning",
        Verdict.Problem => "✗ problem",
    };

    private static string Dash(string text) => text.Length == 0 ? "-" : text;

    /// <summary>A line that is written over; none where nobody looks at a terminal.</summary>
    private sealed class Progress(Screen screen)
    {
        public void Tell(int done, IReadOnlyCollection<string> waiting)
        {
            if (!screen.IsTerminal) return;
            var line = $"{done} checks done, waiting for {string.Join(", ", waiting)}";
            screen.Error.Write($"\r{line[..Math.Min(line.Length, screen.Width - 1)].PadRight(screen.Width - 1)}");
        }

        public void Clear()
        {
            if (screen.IsTerminal) screen.Error.Write($"\r{new string(' ', screen.Width - 1)}\r");
        }
    }
}
